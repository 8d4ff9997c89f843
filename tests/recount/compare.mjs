// What every recount says of itself: one line a comparison, and at last whether all agreed.
let failed = false;

export function verdict(wrong, text) {
  failed ||= wrong.length > 0;
  console.log(`${wrong.length ? "not ok" : "ok"} - ${text}${wrong.map((one) => `\n    ${one}`).join("")}`);
}

export const ended = () => process.exit(failed ? 1 : 0);

// What differs of `expected`, part by part; names that are not expected are not looked at.
export function differs(got, expected, path = "") {
  if (expected === null || typeof expected !== "object")
    return (got ?? null) === expected ? [] : [`${path} is ${got}, the events give ${expected}`];
  return Object.keys(expected).flatMap((key) => differs(got?.[key], expected[key], path ? `${path} ${key}` : key));
}
