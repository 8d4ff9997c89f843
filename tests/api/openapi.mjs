// Holds answers to the description: a small JSON Schema (2020-12) with what openapi.json uses.
const kinds = {
	null: (v) => v === null,
	string: (v) => typeof v === "string",
	integer: (v) => Number.isInteger(v),
	boolean: (v) => typeof v === "boolean",
	object: (v) => v !== null && typeof v === "object" && !Array.isArray(v),
	array: Array.isArray,
};
const known = new Set(["type", "enum", "pattern", "format", "items", "minItems", "maxLength", "required",
	"properties", "additionalProperties", "description", "contentMediaType", "$ref"]);

export function faults(document, schema, value, at = "answer") {
	if (schema.$ref) {
		const target = schema.$ref.slice(2).split("/").reduce((o, k) => o?.[k], document);
		return target ? faults(document, target, value, at) : [`${at}: ${schema.$ref} is nowhere`];
	}
	const found = Object.keys(schema).filter((k) => !known.has(k)).map((k) => `${at}: unknown word ${k}`);
	const types = [schema.type ?? []].flat();
	if (types.length && !types.some((t) => kinds[t](value))) return [`${at}: is no ${types}`];
	if (schema.enum && !schema.enum.includes(value)) found.push(`${at}: ${value} is none of ${schema.enum}`);
	if (typeof value === "string") {
		if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) found.push(`${at}: pattern`);
		if (schema.format === "date-time" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value))
			found.push(`${at}: ${value} is no RFC 3339 time`);
	}
	if (Array.isArray(value) && schema.items)
		value.forEach((v, i) => found.push(...faults(document, schema.items, v, `${at}[${i}]`)));
	if (kinds.object(value)) {
		for (const k of schema.required ?? []) if (!(k in value)) found.push(`${at}: ${k} is missing`);
		for (const [k, v] of Object.entries(value)) {
			const below = schema.properties?.[k] ?? schema.additionalProperties;
			if (below === false) found.push(`${at}: ${k} is not described`);
			else if (below && below !== true) found.push(...faults(document, below, v, `${at}.${k}`));
		}
	}
	return found;
}

// The operation of a request, or undefined; what is written out comes before what is in braces.
export function operation(document, method, path) {
	const fits = Object.keys(document.paths).filter((template) =>
		new RegExp("^" + template.replace(/\{\w+\}/g, "[^/]+") + "$").test(path));
	fits.sort((a, b) => a.split("{").length - b.split("{").length);
	return document.paths[fits[0]]?.[method.toLowerCase()];
}
