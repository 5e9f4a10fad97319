import type { Import, SourceFile } from './imports.ts'

/** Folders of shared/, api/ and workers/ that are tools, not parts of the clinic's work: they import no domain. */
const TECHNICAL = new Set(
  (
    'config errors jobs events cache db operations audit units log redis rights testing launch ops http runtime ' +
    'documents files deps.ts'
  ).split(' '),
)
/** Files and folders that put the whole together and so may name every part of their process. */
const COMPOSITION =
  /^(api\/(main|app|routes|services)\.ts|workers\/(main|processors)\.ts|workers\/cli\/|bench\/)/
/** Helpers of the tests of one folder are in its `testing.ts`. */
const isHelper = (path: string) => path.startsWith('shared/testing/') || /\/testing\.tsx?$/.test(path)
const isTest = (path: string) => /\.test\.tsx?$/.test(path) || isHelper(path)

/** `api/patients/routes.ts` → `patients`; null outside the folders of domains and for technical ones. */
function domainOf(path: string): string | null {
  const [process, folder, file] = path.split('/')
  if (!/^(api|workers|shared)$/.test(process ?? '') || file === undefined) return null
  return TECHNICAL.has(folder as string) || folder === 'cli' ? null : (folder as string)
}

/** `workers/imports/patients/write.ts` is the bulk writer of patients: it belongs to both domains. */
function belongsTo(path: string, domain: string): boolean {
  return domainOf(path) === domain || path.startsWith(`workers/imports/${domain}/`)
}

/** Imports that break a rule on purpose, with the reason. */
const EXCEPTIONS: { of: RegExp; target: RegExp; because: string }[] = [
  {
    of: /^api\/(http|ops)\//,
    target: /^shared\/users\/session[\w-]*\.ts$/,
    because: 'who is signed in is asked before any domain has its say',
  },
]
const isExcepted = (path: string, target: string) =>
  EXCEPTIONS.some((exception) => exception.of.test(path) && exception.target.test(target))

interface Rule {
  text: string
  /** Which files the rule is about. */
  of: (path: string) => boolean
  /** Whether this import breaks it. */
  breaks: (target: string, path: string, imported: Import) => boolean
}

const inside = (folder: string) => (path: string) => path.startsWith(`${folder}/`)
const isPackage = (target: string, pattern: RegExp) => !target.includes('.ts') && pattern.test(target)

/** Shapes and rules without any input or output. */
const PURE = /^shared\/([\w-]+\/)*(schema|rules)\.ts$/
const WEB_MAY_USE =
  /^shared\/([\w-]+\/)*(schema|rules)\.ts$|^shared\/(units|rights)\/|^shared\/events\/registry\.ts$|^shared\/errors\/table\.ts$/

/** Who may import whom. */
const RULES: Rule[] = [
  {
    text: 'web uses shared schemas and rules, the event, error and rights tables, and units only',
    of: inside('web'),
    breaks: (target) => /^(shared|api|workers|migrations|bench)\//.test(target) && !WEB_MAY_USE.test(target),
  },
  { text: 'api never imports workers', of: inside('api'), breaks: (target) => target.startsWith('workers/') },
  {
    text: 'api never imports knex, objection or mysql2',
    of: inside('api'),
    breaks: (target) => isPackage(target, /^(knex|objection|mysql2)$/),
  },
  { text: 'workers never import api', of: inside('workers'), breaks: (target) => target.startsWith('api/') },
  {
    text: 'workers never import koa',
    of: inside('workers'),
    breaks: (target) => isPackage(target, /^(koa$|koa-|@koa\/)/),
  },
  {
    text: 'shared imports neither api nor workers nor koa',
    of: inside('shared'),
    breaks: (target) => /^(api|workers)\//.test(target) || isPackage(target, /^(koa$|koa-|@koa\/)/),
  },
  {
    text: 'nobody imports bench or migrations',
    of: (path) => !/^(bench|migrations)\//.test(path),
    breaks: (target) => /^(bench|migrations)\//.test(target),
  },
  {
    text: 'nothing but tests and bench imports shared/testing or a testing.ts',
    of: (path) => !path.startsWith('bench/'),
    breaks: (target) => isHelper(target),
  },
  {
    text: 'a domain reaches another only through its reads.ts or commands.ts (pure: schema.ts, rules.ts)',
    of: (path) => domainOf(path) !== null && !COMPOSITION.test(path),
    breaks: (target, path) => {
      const other = domainOf(target)
      return other !== null && !belongsTo(path, other) && !/\/(reads|commands|schema|rules)\.ts$/.test(target)
    },
  },
  {
    text: 'technical folders import no domain',
    of: (path) => /^(api|workers|shared)\//.test(path) && domainOf(path) === null && !COMPOSITION.test(path),
    breaks: (target) => domainOf(target) !== null,
  },
  {
    text: 'bullmq is used in shared/jobs, workers/main.ts, workers/runtime and api/ops only',
    of: (path) => !/^(shared\/jobs\/|workers\/main\.ts|workers\/runtime\/|api\/ops\/|bench\/)/.test(path),
    breaks: (target) => isPackage(target, /^(bullmq|@bull-board\/.*)$/),
  },
  {
    text: 'OpenTelemetry is loaded by shared/ops/tracing-sdk.ts alone, and that only where a collector is set',
    of: (path) => path !== 'shared/ops/tracing-sdk.ts',
    breaks: (target, _, { typeOnly, lazy }) =>
      (isPackage(target, /^(@opentelemetry\/|bullmq-otel$)/) && !typeOnly) ||
      (target === 'shared/ops/tracing-sdk.ts' && !lazy),
  },
]

interface TextRule {
  text: string
  of: (path: string) => boolean
  pattern: RegExp
}

const SERVER = /^(api|workers|shared|migrations|bench)\//

/** What must not be written at all. */
const TEXT_RULES: TextRule[] = [
  {
    text: 'only the callback form of transactions: the other reports success on a failed COMMIT',
    of: (path) => SERVER.test(path),
    pattern: /\bstartTransaction\b|\btrx\.(commit|rollback)\(|\.transaction\(\s*\)|\btransactionProvider\b/,
  },
  {
    text: 'process.env is read in shared/config only',
    of: (path) =>
      /^(api|workers|shared|migrations|web\/src)\//.test(path) && !path.startsWith('shared/config/'),
    pattern: /\bprocess\.env\b/,
  },
]

/** The rules a file breaks, one line each: `path: rule (target)`. */
export function violations({ path, text, imports }: SourceFile): string[] {
  if (isTest(path)) return []
  const found: string[] = []
  if (/(^|\/)index\.tsx?$/.test(path)) found.push(`${path}: no barrels`)
  for (const rule of RULES) {
    if (!rule.of(path)) continue
    for (const imported of imports) {
      const { target } = imported
      if (rule.breaks(target, path, imported) && !isExcepted(path, target)) {
        found.push(`${path}: ${rule.text} (${target})`)
      }
    }
  }
  for (const rule of TEXT_RULES) {
    if (rule.of(path) && rule.pattern.test(text)) found.push(`${path}: ${rule.text}`)
  }
  return found
}

const PURE_PACKAGES = /^(zod|luxon|uuid|node:crypto)$/

/**
 * Schemas, rules, units and the tables web shares must run in a browser and in any process: whatever they reach at run
 * time, over any number of files, may only be packages without input or output. One line for each that is not.
 */
export function impurities(files: SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return files
    .filter(({ path }) => !isTest(path) && (PURE.test(path) || WEB_MAY_USE.test(path)))
    .flatMap(({ path }) =>
      [...packagesReached(path, byPath)]
        .filter((name) => !PURE_PACKAGES.test(name))
        .map((name) => `${path}: reaches ${name}, so neither web nor another domain can use it`),
    )
}

function packagesReached(start: string, files: Map<string, SourceFile>): Set<string> {
  const seen = new Set([start])
  const packages = new Set<string>()
  for (const path of seen) {
    for (const { target, typeOnly } of files.get(path)?.imports ?? []) {
      if (typeOnly) continue
      if (files.has(target)) seen.add(target)
      else if (!/\.(ts|tsx|json)$/.test(target)) packages.add(target)
    }
  }
  return packages
}
