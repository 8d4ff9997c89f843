// Input for forms, and forms themselves, from a seed: the same numbers give the same cases.

export function random(seed) {
  let state = seed >>> 0 || 1;
  const next = () => {
    state ^= state << 13; state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5; state >>>= 0;
    return state / 4294967296;
  };
  return {
    chance: p => next() < p,
    below: n => Math.floor(next() * n),
    pick: list => list[Math.floor(next() * list.length)],
  };
}

const TEXTS = ['', 'Nguyễn Văn An', 'a', 'C-12', 'abc def', '12', 'ten@example.vn', '+84905123456',
  'x'.repeat(60), 'value', '0', 'true', 'line one\nline two', '<b>&"', 'Đà Nẵng', 'foo', 'bar'];
const NUMBERS = [0, 1, -1, 2, 3, 5, 10, 100, 1000, 1001, 0.1, 0.25, 2.5, 12.345, -7.5, 99999];
const DAYS = ['2015-01-26', '2020-02-29', '2021-02-29', '1999-12-31', 'x', '', '2015-01-26T10:00'];
// Quarters of an hour only: form-js rounds others, or not, as its effects happen to run.
const TIMES = ['09:00', '14:30', '23:45', '09:00+07:00', '02:00Z', '25:00', 'x', '7:15'];
const MOMENTS = ['2015-01-26T09:00', '2015-01-26T23:30Z', '2015-01-26T00:15+07:00', '2015-01-26',
  'T10:00', '2020-02-29T08:15:00.000Z'];

const strange = r => r.pick([null, 'other', 5, true, [], {}, ['value'], { a: 1 }]);

function optionValues(field, data) {
  const list = field.values || (data && data[field.valuesKey]) || [];
  return Array.isArray(list) ? list.map(o => (o && typeof o === 'object' ? o.value : o)) : [];
}

/** A value a field might be given, mostly of its kind. */
export function valueFor(r, field, data, wild) {
  // A file in form-js is a key into the memory of one browser window.
  if (field.type === 'filepicker') {
    return null;
  }
  // It does not survive anything but a list where the options are computed.
  if (wild && r.chance(0.12) && !(field.valuesExpression && ['checklist', 'taglist'].includes(field.type))) {
    return strange(r);
  }
  const values = optionValues(field, data);
  switch (field.type) {
  case 'textfield': case 'textarea':
    return r.pick(TEXTS);
  case 'number':
    return field.serializeToString ? String(r.pick(NUMBERS)) : r.pick(NUMBERS);
  case 'checkbox':
    return r.chance(0.5);
  case 'radio': case 'select':
    return values.length && r.chance(0.85) ? r.pick(values) : wild ? 'nowhere' : null;
  case 'checklist': case 'taglist':
    return values.filter(() => r.chance(0.4));
  case 'datetime':
    return r.pick(field.subtype === 'time' ? TIMES : field.subtype === 'datetime' ? MOMENTS : DAYS);
  default:
    return r.pick([...NUMBERS, ...TEXTS]);
  }
}

const CONTAINERS = ['group', 'dynamiclist'];

function put(data, path, value) {
  path.split('.').forEach((key, i, keys) => {
    if (i === keys.length - 1) {
      data[key] = value;
    } else {
      data = data[key] = data[key] && typeof data[key] === 'object' ? data[key] : {};
    }
  });
}

function at(data, path) {
  if (path) {
    const inner = {};
    put(data, path, inner);
    return inner;
  }
  return data;
}

/** Data for the components, some left out. */
export function dataFor(r, components, data, root) {
  for (const field of components || []) {
    if (field.valuesKey && !(field.valuesKey in root)) {
      root[field.valuesKey] = r.pick([[{ label: 'One', value: 'one' }, { label: 'Two', value: 2 }],
        ['a', 'b', 7], [{ value: 'only' }], null]);
    }
    if (r.chance(0.25)) {
      continue;
    }
    if (field.type === 'dynamiclist') {
      const items = Array.from({ length: r.below(4) }, () => dataFor(r, field.components, {}, root));
      put(data, field.path, r.chance(0.05) ? 'none' : items);
    } else if (CONTAINERS.includes(field.type)) {
      dataFor(r, field.components, at(data, field.path), root);
    } else if (field.key && field.type !== 'expression') {
      put(data, field.key, valueFor(r, field, root, true));
    }
  }
  return data;
}

const FEEL_WORDS = ['if', 'then', 'else', 'and', 'or', 'not', 'in', 'for', 'return', 'some', 'every',
  'satisfies', 'between', 'true', 'false', 'null', 'this', 'parent', 'string', 'list', 'count',
  'upper', 'length', 'contains', 'loop', 'i'];

/** Names that a form's expressions read and no field fills. */
export function outsideData(r, form, data) {
  const text = JSON.stringify(form);
  const own = new Set([...text.matchAll(/"(?:key|path)":"(\w+)/g)].map(([, name]) => name));
  for (const [, name] of text.matchAll(/[={ ]([a-z_][a-zA-Z_0-9]*)/g)) {
    if (!(name in data) && !own.has(name) && !FEEL_WORDS.includes(name) && r.chance(0.3)) {
      data[name] = r.pick([...NUMBERS, ...TEXTS, true, false, ['a', 'b'], { days: 2, a: 'x' }]);
    }
  }
}

// --- Forms ---

function validateFor(r, type) {
  const validate = {};
  if (r.chance(0.5)) validate.required = true;
  if (type === 'textfield' && r.chance(0.3)) validate.pattern = r.pick(['^C-[0-9]+$', '\\d{2,}', '^\\S+$']);
  if (type === 'textfield' && r.chance(0.3)) validate.validationType = r.pick(['email', 'phone']);
  if (type.startsWith('text') && r.chance(0.4)) validate.minLength = r.pick([1, 3, '=2 + 1']);
  if (type.startsWith('text') && r.chance(0.4)) validate.maxLength = r.pick([2, 10, '=n']);
  if (type === 'number' && r.chance(0.5)) validate.min = r.pick([0, 2, '1', '=n', '=1 + 1']);
  if (type === 'number' && r.chance(0.5)) validate.max = r.pick([10, 100.5, '=n * 2']);
  return validate;
}

const EXPRESSIONS = ['=n + 1', '=if n > 2 then "many" else "few"', '=t', '=string length(t)',
  '=count(c)', '=[n, n + 1]', '={sum: n + 1, text: t}', '=b and n > 1', '=upper case(t)'];
const HIDES = ['=n > 2', '=b', '=t = "a"', '=n = null', '=not(b)', '=list contains(c, "one")',
  '=string length(t) > 3', '=n != null and n in [1..5]', '=this.x > 1', '=b = false'];

const OPTIONS = [{ label: 'One', value: 'one' }, { label: 'Two', value: 'two' }, { label: 'Three', value: 'three' }];

function settingsFor(r, type) {
  const field = {};
  if (['radio', 'select', 'checklist', 'taglist'].includes(type)) {
    Object.assign(field, r.pick([{ values: OPTIONS }, { values: OPTIONS }, { valuesKey: 'offered' },
      { valuesExpression: '=["one", "two", t]' }]));
  }
  if (type === 'number') {
    if (r.chance(0.4)) field.decimalDigits = r.below(3);
    if (r.chance(0.3)) field.increment = r.pick([0.1, '0.25', 2, 5]);
    if (r.chance(0.2)) field.serializeToString = true;
  }
  if (type === 'datetime') {
    field.subtype = r.pick(['date', 'time', 'datetime']);
    if (r.chance(0.6)) field.timeSerializingFormat = r.pick(['utc_offset', 'utc_normalized', 'no_timezone']);
  }
  if (type === 'expression') {
    field.expression = r.pick(EXPRESSIONS);
    field.computeOn = r.pick(['change', 'change', 'presubmit']);
  } else {
    field.validate = validateFor(r, type);
    if (r.chance(0.1)) field.disabled = true;
    if (r.chance(0.1)) field.readonly = r.pick([true, '=b', '=n > 3']);
  }
  return field;
}

const DEFAULTS = { textfield: ['a', 'C-1'], textarea: ['x'], number: [1, 2.5], checkbox: [true],
  checklist: [['one']], taglist: [['two', 'nowhere']], radio: ['one'], select: ['two', 'nowhere'],
  datetime: ['2015-01-26'] };
const TYPES = ['textfield', 'textarea', 'number', 'checkbox', 'radio', 'select', 'checklist',
  'taglist', 'datetime', 'expression', 'filepicker', 'group', 'dynamiclist', 'text'];

function fieldOf(r, counter, depth) {
  let type = r.pick(TYPES);
  if (CONTAINERS.includes(type) && depth > 2) type = 'number';
  const number = ++counter.n;
  const field = { type, id: `F${number}`, label: `Field ${number}` };
  if (type === 'text') {
    field.text = 'n is {{n}}';
  } else if (CONTAINERS.includes(type)) {
    if (type === 'dynamiclist' || r.chance(0.5)) field.path = `p${number}`;
    if (type === 'dynamiclist') Object.assign(field, { isRepeating: true, allowAddRemove: true, defaultRepetitions: r.below(3) });
    field.components = componentsOf(r, counter, 1 + r.below(3), depth + 1);
  } else {
    field.key = r.chance(0.1) ? `deep${number}.x` : `k${number}`;
    Object.assign(field, settingsFor(r, type));
    if (DEFAULTS[type] && !field.valuesKey && r.chance(0.15) && (field.subtype || 'date') === 'date') field.defaultValue = r.pick(DEFAULTS[type]);
  }
  if (r.chance(0.25)) field.conditional = { hide: r.pick(HIDES) };
  return field;
}

function componentsOf(r, counter, n, depth) {
  return Array.from({ length: n }, () => fieldOf(r, counter, depth));
}

/** A form whose expressions read n (number), t (text), b (checkbox) and c (list). */
export function formOf(r) {
  const base = [
    { type: 'number', id: 'N', key: 'n', label: 'n' },
    { type: 'textfield', id: 'T', key: 't', label: 't' },
    { type: 'checkbox', id: 'B', key: 'b', label: 'b' },
    { type: 'checklist', id: 'C', key: 'c', label: 'c', values: OPTIONS },
  ];
  return { type: 'default', id: 'Form', schemaVersion: 19,
    components: [...base, ...componentsOf(r, { n: 0 }, 3 + r.below(5), 0)] };
}
