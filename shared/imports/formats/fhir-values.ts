/** Anything that JSON can hold; nothing of it is trusted to have a shape. */
export type Json = unknown

/** The member of that name; undefined when the value is no object or has none of its own. */
export function member(value: Json, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? (value as Record<string, Json>)[name] : undefined
}

/** The elements of an array; none when the value is something else. */
export function elements(value: Json): Json[] {
  return Array.isArray(value) ? value : []
}

/** What lies at a path of members and places: `at(x, 'name', 0, 'text')`. */
export function at(value: Json, ...path: (string | number)[]): Json {
  let found = value
  for (const step of path) found = typeof step === 'number' ? elements(found)[step] : member(found, step)
  return found
}

/** A text, or a number or truth value as text; '' for anything else. */
export function text(value: Json): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

const EXTERNAL_ID = 'urn:clinic:external-id'

/** The value of the first identifier of that system; null when there is none. */
export function identifierOf(resource: Json, system: string): string | null {
  const found = elements(member(resource, 'identifier')).find((each) => member(each, 'system') === system)
  return found === undefined ? null : text(member(found, 'value'))
}

/** How a resource is known to whoever refers to it. */
export function externalIdOf(resource: Json): string {
  return identifierOf(resource, EXTERNAL_ID) ?? text(member(resource, 'id'))
}

const REFERENCE = /^(?:urn:uuid:|(?:\S*\/)?([A-Z][A-Za-z]+)\/)([^/\s]+?)(?:\/_history\/\S*)?$/

/** The external ID of the resource of that type that a reference names; '' when it names none. */
export function referenceTo(type: string, value: Json): string {
  const [, named = type, id = ''] = REFERENCE.exec(text(member(value, 'reference'))) ?? []
  return named === type ? id : ''
}
