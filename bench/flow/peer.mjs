// bpmn-engine on the same file: state saved and restored before every task. Its source is parsed
// once, and the condition is answered by a constant, both in its favour.
import { readFileSync } from 'node:fs';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

const require = createRequire(process.argv[3] + '/');
const { Engine } = require('bpmn-engine');
const { default: BpmnModdle } = await import(require.resolve('bpmn-moddle'));
const { Serializer, TypeResolver } = require('moddle-context-serializer');
const elements = require('bpmn-elements');
const moddle = await new BpmnModdle().fromXML(readFileSync(process.argv[2], 'utf8'));
const sourceContext = Serializer(moddle, TypeResolver(elements));
const count = Number(process.argv[4] ?? 200);
const expressions = { resolveExpression: (text) => (text === '= approved' ? true : text) };

// Runs until the next task waits; completes `task` first where one is named.
function advance(state, task) {
  return new Promise((resolve, reject) => {
    const listener = new EventEmitter();
    const engine = state
      ? new Engine({ expressions }).recover(JSON.parse(state))
      : new Engine({ name: 'bench', sourceContext, expressions });
    listener.on('activity.wait', (api) => {
      if (api.id === task) return api.signal({ done: true });
      engine.getState().then((next) => {
        engine.stop();
        resolve(JSON.stringify(next));
      }, reject);
    });
    engine.once('end', () => resolve(null));
    engine.once('error', reject);
    if (state) engine.resume({ listener }).catch(reject);
    else engine.execute({ listener }).catch(reject);
  });
}

async function instance() {
  let state = await advance(null, null);
  for (const task of ['intake', 'draft', 'sign']) state = await advance(state, task);
  if (state !== null) throw new Error('the process did not end');
}

for (let i = 0; i < 10; i++) await instance();
const before = process.cpuUsage();
for (let i = 0; i < count; i++) await instance();
const used = process.cpuUsage(before);
console.log(((count * 1e6) / (used.user + used.system)).toFixed(1));
