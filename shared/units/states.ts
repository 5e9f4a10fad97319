/** The 13 states and 3 federal territories under the name that is stored, each with the other names it is known by. */
export const STATES: Readonly<Record<string, readonly string[]>> = {
  Johor: [],
  Kedah: [],
  Kelantan: [],
  Melaka: ['Malacca'],
  'Negeri Sembilan': [],
  Pahang: [],
  Perak: [],
  Perlis: [],
  'Pulau Pinang': ['Penang'],
  Sabah: [],
  Sarawak: [],
  Selangor: [],
  Terengganu: [],
  'Kuala Lumpur': ['Wilayah Persekutuan Kuala Lumpur', 'WP Kuala Lumpur'],
  Labuan: ['Wilayah Persekutuan Labuan', 'WP Labuan'],
  Putrajaya: ['Wilayah Persekutuan Putrajaya', 'WP Putrajaya'],
}

const STORED = new Map<string, string>()
for (const [state, others] of Object.entries(STATES)) {
  // The names as usually written are found without folding the case of every row's cell.
  for (const name of [state, ...others]) STORED.set(name, state).set(name.toLowerCase(), state)
}

/** The stored name of a Malaysian state or federal territory written in any case or by its other name, else null. */
export function canonicalState(text: string): string | null {
  return STORED.get(text) ?? STORED.get(text.toLowerCase().replace(/\s+/g, ' ')) ?? null
}
