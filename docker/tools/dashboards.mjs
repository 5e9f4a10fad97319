// Writes the Grafana dashboards from their table:  node docker/tools/dashboards.mjs && npm run format
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DASHBOARDS } from './dashboard-table.mjs'

const SOURCE = { type: 'prometheus', uid: 'prometheus' }
const COLUMNS = 24
const SIZE = { stat: { w: 6, h: 4 }, line: { w: 12, h: 8 } }

function panelsOf(rows) {
  let x = 0
  let y = 0
  let height = 0
  return rows.map(([kind, title, unit, queries], index) => {
    const { w, h } = SIZE[kind]
    if (x + w > COLUMNS || (height !== 0 && h !== height)) {
      x = 0
      y += height
    }
    height = h
    const gridPos = { x, y, w, h }
    x += w
    return {
      id: index + 1,
      title,
      type: kind === 'stat' ? 'stat' : 'timeseries',
      datasource: SOURCE,
      gridPos,
      fieldConfig: { defaults: { unit, min: unit.startsWith('percent') ? 0 : undefined }, overrides: [] },
      targets: queries.map(([expr, legendFormat], at) => ({
        refId: String.fromCharCode('A'.charCodeAt(0) + at),
        datasource: SOURCE,
        expr,
        legendFormat,
      })),
    }
  })
}

/** One dashboard as Grafana reads it. */
export function dashboard(name) {
  const [title, ...rows] = DASHBOARDS[name]
  return {
    uid: `clinic-${name}`,
    title,
    tags: ['clinic'],
    timezone: 'browser',
    refresh: '30s',
    schemaVersion: 39,
    time: { from: 'now-3h', to: 'now' },
    panels: panelsOf(rows),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of Object.keys(DASHBOARDS)) {
    const file = new URL(`../grafana/dashboards/${name}.json`, import.meta.url)
    writeFileSync(file, `${JSON.stringify(dashboard(name), null, 2)}\n`)
  }
}
