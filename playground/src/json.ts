/** Whether a value read from JSON is an object, so that its fields may be asked for. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
