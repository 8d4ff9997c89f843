// The same expressions in feelin: node peer.mjs EXPRESSIONS CONTEXT MODULES. For each a line
// "name<TAB>nanoseconds parsed once<TAB>nanoseconds parsed each time<TAB>answer". Its interface
// parses on every call; a function value is what it can evaluate again without parsing.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [expressions, contextFile, modules] = process.argv.slice(2);
const { evaluate } = await import(pathToFileURL(`${modules}/node_modules/feelin/dist/index.js`));
const context = JSON.parse(readFileSync(contextFile, 'utf8'));

function measure(work) {
  for (let i = 0; i < 2000; i++) work();
  let count = 0;
  let spent = 0;
  const start = process.cpuUsage();
  while (spent < 5e5) {
    for (let i = 0; i < 200; i++) work();
    count += 200;
    const used = process.cpuUsage(start);
    spent = used.user + used.system;
  }
  return (spent * 1000) / count;
}

for (const { name, expression } of JSON.parse(readFileSync(expressions, 'utf8'))) {
  const parsed = evaluate(`function() ${expression}`, context).value;
  const answer = evaluate(expression, context).value;
  if (JSON.stringify(parsed.invoke([])) !== JSON.stringify(answer)) throw new Error(name);
  const once = measure(() => parsed.invoke([]));
  const each = measure(() => evaluate(expression, context));
  console.log(`${name}\t${once.toFixed(1)}\t${each.toFixed(1)}\t${JSON.stringify(answer)}`);
}
