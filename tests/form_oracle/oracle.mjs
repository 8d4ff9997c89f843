// node oracle.mjs FOLDER [GENERATED]: for every form in the folder, and for as many generated
// ones, what form-js submits for some input. One JSON object a line:
//   {name, form, data, changes: [{id, indexes, key, value}], result: {data, errors: ["id", "id.0"]}}
// `result.refused` instead where form-js does not take the form at all.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { settle } from './browser.mjs';
import { dataFor, formOf, outsideData, random, valueFor } from './generate.mjs';

register('./extensions.mjs', import.meta.url);
const { createForm } = await import('@bpmn-io/form-js-viewer');

const KEYED = ['textfield', 'textarea', 'number', 'datetime', 'expression', 'filepicker',
  'checkbox', 'checklist', 'radio', 'select', 'taglist'];

function filesIn(folder) {
  return readdirSync(folder).sort().flatMap(name => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : path.endsWith('.json') ? [path] : [];
  });
}

/** form-js makes up ids and keys at random; here both sides are given the same ones. */
function complete(element, counter) {
  for (const child of element.components || []) {
    counter.n++;
    child.id ||= `Field_${counter.n}`;
    if (KEYED.includes(child.type)) child.key ||= child.id;
    if (child.type === 'dynamiclist') child.path ||= child.id;
    complete(child, counter);
  }
}

function flatten(errors, path, found) {
  if (Array.isArray(errors) && errors.every(e => typeof e === 'string')) {
    if (errors.length) found.push(path);
  } else {
    for (const [key, value] of Object.entries(errors || {})) {
      if (value) flatten(value, path ? `${path}.${key}` : key, found);
    }
  }
  return found;
}

function fieldsOf(element, found = {}) {
  for (const child of element.components || []) {
    found[child.id] = child;
    fieldsOf(child, found);
  }
  return found;
}

function isReadonly(form, field, instance) {
  const language = form.get('expressionLanguage');
  if (!language.isExpression(field.readonly)) return !!field.readonly;
  const { data, ...special } = instance.expressionContextInfo;
  const wrapped = Object.fromEntries(Object.entries(special).map(([k, v]) => [`_${k}_`, v]));
  return language.evaluateUnaryTest(field.readonly, { ...special, ...data, ...wrapped }) === true;
}

const CHANGEABLE = ['textfield', 'textarea', 'number', 'checkbox', 'radio', 'select', 'checklist', 'taglist'];

/** Some fields answered anew, as a person would: what is shown and not locked. */
function makeChanges(r, form, schema, data) {
  const fields = fieldsOf(schema), changes = [];
  for (const instance of form.get('formFieldInstanceRegistry').getAllKeyed()) {
    const field = fields[instance.id];
    if (!field || !CHANGEABLE.includes(field.type) || r.chance(0.5)) continue;
    const locked = field.disabled || isReadonly(form, field, instance);
    const value = valueFor(r, field, data, false);
    if (field.valuesExpression || (typeof value === 'string' && field.type === 'textfield' && value.includes('\n'))) continue;
    changes.push({ id: field.id, type: field.type, path: instance.valuePath.join('.'), value, locked, instance });
  }
  for (const { instance, value, locked } of changes) {
    if (!locked) form._update({ fieldInstance: instance, value });
  }
  return changes.map(({ instance, ...change }) => change);
}

async function runCase(name, schema, data, r, changing) {
  const container = document.createElement('div');
  let form;
  try {
    form = await createForm({ container, schema, data, debounce: false });
  } catch (error) {
    return { name, form: schema, data, changes: [], result: { refused: String(error.message) } };
  }
  await settle();
  const changes = changing ? makeChanges(r, form, schema, data) : [];
  if (changing) await settle();
  let result;
  try {
    const submitted = form.submit();
    result = { data: submitted.data, errors: flatten(submitted.errors, '', []) };
  } catch (error) {
    result = { failed: String(error.message) };
  }
  const line = { name, form: schema, data, changes, result };
  const text = JSON.stringify(line);
  form.destroy();
  return JSON.parse(text);
}

async function runForm(name, schema, seed, cases) {
  complete(schema, { n: 0 });
  for (let i = 0; i < cases; i++) {
    const r = random(seed * 7919 + i * 104729 + 1);
    const data = i === 0 ? {} : dataFor(r, schema.components, {}, {});
    if (i > 1) outsideData(r, schema, data);
    const options = schema.components && schema.components.filter(c => c.valuesKey && !(c.valuesKey in data));
    for (const field of i ? options : []) data[field.valuesKey] = ['one', { label: 'Two', value: 'two' }];
    const line = await runCase(`${name} ${i}`, structuredClone(schema), data, r, i >= cases / 2);
    process.stdout.write(JSON.stringify(line) + '\n');
    if (line.result.refused) break;
  }
}

const [folder, generated = '150'] = process.argv.slice(2);
console.error = console.warn = () => {};
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});

let seed = 1;
for (const path of filesIn(folder)) {
  const schema = JSON.parse(readFileSync(path, 'utf8'));
  if (Array.isArray(schema.components)) await runForm(path, schema, seed++, 10);
}
for (let i = 0; i < Number(generated); i++) {
  await runForm(`generated ${i}`, formOf(random(i * 31337 + 17)), seed++, 4);
}
process.exit(0);
