// Reads and writes the part of YAML that our compose file uses: maps, lists, plain and quoted texts, [a, b] and
// {a: b} on one line, folded texts (>-), anchors, aliases and merge keys. Anything else is an error, never a guess.
// Good for our own files only; the production tests compare it with what docker-compose reads.

/** Reads a document; throws with the line number on what is outside the subset. */
export function parseYaml(text) {
  const lines = toLines(text)
  const anchors = new Map()
  const at = { next: 0 }
  const value = readBlock(lines, at, 0, anchors)
  if (at.next < lines.length) throw fault(lines[at.next], 'unexpected indentation')
  return value
}

const fault = (line, why) => new Error(`line ${line.number}: ${why}: ${line.text}`)

function toLines(text) {
  return text.split('\n').flatMap((raw, index) => {
    if (raw.includes('\t')) throw fault({ number: index + 1, text: raw }, 'tab')
    const bare = withoutComment(raw).trimEnd()
    if (bare.trim() === '') return []
    const indent = bare.length - bare.trimStart().length
    return [{ number: index + 1, indent, text: bare.trim() }]
  })
}

/** Cuts ` # …` outside quotes. */
function withoutComment(raw) {
  let quote = ''
  for (let i = 0; i < raw.length; i++) {
    const c = raw[i]
    if (quote !== '') {
      if (c === quote) quote = ''
    } else if ((c === "'" || c === '"') && /[\s[{,:]|^$/.test(raw[i - 1] ?? '')) quote = c
    else if (c === '#' && (i === 0 || /\s/.test(raw[i - 1]))) return raw.slice(0, i)
  }
  return raw
}

function readBlock(lines, at, indent, anchors) {
  const first = lines[at.next]
  return first.text.startsWith('- ')
    ? readList(lines, at, indent, anchors)
    : readMap(lines, at, indent, anchors)
}

function readList(lines, at, indent, anchors) {
  const list = []
  while (at.next < lines.length && lines[at.next].indent === indent && lines[at.next].text.startsWith('- ')) {
    const line = lines[at.next]
    list.push(readValue(line.text.slice(2).trim(), lines, at, indent, anchors, line))
  }
  return list
}

const KEY = /^([\w./<-]+|'[^']*'):(?:\s+(.*))?$/

function readMap(lines, at, indent, anchors) {
  const map = {}
  const inherited = {}
  while (at.next < lines.length && lines[at.next].indent === indent) {
    const line = lines[at.next]
    const [, key, rest = ''] = KEY.exec(line.text) ?? []
    if (key === undefined) throw fault(line, 'not a key')
    if (Object.hasOwn(map, key)) throw fault(line, 'a key stands twice')
    const value = readValue(rest, lines, at, indent, anchors, line)
    if (key === '<<') Object.assign(inherited, value)
    else map[key.replaceAll("'", '')] = value
  }
  return { ...inherited, ...map }
}

/** What stands after a key or a dash, with the deeper lines that belong to it. */
function readValue(rest, lines, at, indent, anchors, line) {
  at.next++
  const [, anchor, plain] = /^(?:&([\w-]+)\s*)?(.*)$/.exec(rest)
  const isDeeper = () => at.next < lines.length && lines[at.next].indent > indent
  let value
  if (plain === '>-') {
    const parts = []
    while (isDeeper()) parts.push(lines[at.next++].text)
    value = parts.join(' ')
  } else if (plain !== '') value = readInline(plain, anchors, line)
  else value = isDeeper() ? readBlock(lines, at, lines[at.next].indent, anchors) : null
  if (anchor !== undefined) anchors.set(anchor, value)
  return value
}

function readInline(text, anchors, line) {
  const at = { i: 0 }
  const value = readFlow(text, at, anchors, line, /$^/)
  if (at.i < text.length) throw fault(line, 'unexpected text at the end')
  return value
}

function readFlow(text, at, anchors, line, end) {
  while (text[at.i] === ' ') at.i++
  const c = text[at.i]
  if (c === '[' || c === '{') return readCollection(text, at, anchors, line)
  if (c === "'" || c === '"') {
    const close = text.indexOf(c, at.i + 1)
    if (close === -1) throw fault(line, 'open quote')
    const inner = text.slice(at.i + 1, close)
    if (c === '"' && inner.includes('\\')) throw fault(line, 'escapes are not read')
    at.i = close + 1
    return inner
  }
  let word = ''
  while (at.i < text.length && !end.test(text[at.i])) word += text[at.i++]
  word = word.trim()
  if (word.startsWith('*')) {
    if (!anchors.has(word.slice(1))) throw fault(line, 'unknown alias')
    return structuredClone(anchors.get(word.slice(1)))
  }
  if (/^[|>&!%@`]/.test(word)) throw fault(line, 'outside the subset')
  return scalar(word)
}

function readCollection(text, at, anchors, line) {
  const isList = text[at.i++] === '['
  const close = isList ? ']' : '}'
  const out = isList ? [] : {}
  for (;;) {
    while (/[ ,]/.test(text[at.i] ?? '')) at.i++
    if (text[at.i] === undefined) throw fault(line, `no ${close}`)
    if (text[at.i] === close) {
      at.i++
      return out
    }
    if (isList) out.push(readFlow(text, at, anchors, line, /[,\]]/))
    else {
      const [, key] = /^([\w./-]+|'[^']*'):\s/.exec(text.slice(at.i)) ?? []
      if (key === undefined) throw fault(line, 'not a key')
      at.i += key.length + 1
      out[key.replaceAll("'", '')] = readFlow(text, at, anchors, line, /[,}]/)
    }
  }
}

function scalar(word) {
  if (word === 'true') return true
  if (word === 'false') return false
  if (word === '' || word === 'null' || word === '~') return null
  return /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word
}

const quoted = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value))

/** Writes maps, lists and scalars as YAML; texts are always quoted. */
export function toYaml(value, indent = 0) {
  const pad = ' '.repeat(indent)
  if (Array.isArray(value)) {
    return value
      .map((each) =>
        typeof each === 'object' && each !== null
          ? `${pad}-\n${toYaml(each, indent + 2)}`
          : `${pad}- ${quoted(each)}\n`,
      )
      .join('')
  }
  return Object.entries(value)
    .map(([key, each]) => {
      if (typeof each !== 'object' || each === null) return `${pad}${key}: ${quoted(each)}\n`
      const isEmpty = Object.keys(each).length === 0
      if (isEmpty) return `${pad}${key}: ${Array.isArray(each) ? '[]' : '{}'}\n`
      return `${pad}${key}:\n${toYaml(each, indent + 2)}`
    })
    .join('')
}
