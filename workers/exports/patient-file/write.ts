import type { Readable } from 'node:stream'
import { certificateRow, printCertificate } from '../../../shared/certificates/reads.ts'
import { fileBundle } from '../../../shared/exports/patient-file/bundle.ts'
import { gatherFile } from '../../../shared/exports/patient-file/gather.ts'
import type { PatientRecord } from '../../../shared/exports/patient-file/record.ts'
import { fileRights } from '../../../shared/exports/patient-file/rights.ts'
import type { PatientFileRequest } from '../../../shared/exports/schema.ts'
import { type ZipWriter, zipWriter } from '../../../shared/files/zip.ts'
import { letterRow, printLetter } from '../../../shared/letters/reads.ts'
import { clinicNumber } from '../../../shared/patients/reads.ts'
import type { Principal } from '../../../shared/rights/permissions.ts'
import { clinicOnPaper } from '../../../shared/settings/reads.ts'
import { clinicDay } from '../../../shared/units/dates.ts'
import { produceFile } from '../../files/produce.ts'
import { breathe } from '../../runtime/breathe.ts'
import type { Run } from '../../runtime/context.ts'
import { printFile } from './print.ts'

/** Files of the package beside its papers: the printed file, its JSON, its FHIR bundle. */
const OWN_FILES = 3

interface Paper {
  name: string
  print(): Promise<NodeJS.ReadableStream>
}

/** Certificates and letters as they were issued. */
function papersOf(deps: Run['deps'], record: PatientRecord, origin: string): Paper[] {
  return [
    ...(record.certificates ?? []).map(({ id, number }) => ({
      name: `papers/certificate-${number}.pdf`,
      print: async () =>
        printCertificate(deps, await certificateRow(deps, id), { language: 'ms', paper: 'A5' }, origin),
    })),
    ...(record.letters ?? []).map(({ id, kind }) => ({
      name: `papers/letter-${id}-${kind.replaceAll('_', '-')}.pdf`,
      print: async () => printLetter(deps, await letterRow(deps, id)),
    })),
  ]
}

const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`

async function addFiles(
  zip: ZipWriter,
  record: PatientRecord,
  origin: string,
  clinic: Parameters<typeof printFile>[1],
  pause: () => Promise<void>,
) {
  const { pdf, draw } = printFile(record, clinic)
  // read while it is drawn, so that the pages are never all in memory
  await Promise.all([zip.add('record.pdf', pdf as unknown as Readable, { stored: true }), draw(pause)])
  await zip.add('record.json', json(record))
  await zip.add('fhir-bundle.json', json(fileBundle(record, `${origin}/fhir`)))
}

/**
 * Makes one patient's whole file as a package, as of one instant: a printed record, the same as JSON, a FHIR bundle,
 * and the papers that were issued. It has what the rights of whoever asked open, and nothing of other people.
 */
export async function writePatientFile(
  run: Run,
  ask: PatientFileRequest,
  asker: Principal | null,
): Promise<void> {
  const { deps } = run
  const { patientId } = ask.filter
  const madeAt = deps.clock.now()
  const { PUBLIC_URL, PORT } = deps.config
  const origin = PUBLIC_URL === undefined ? `http://localhost:${PORT}` : new URL(PUBLIC_URL).origin
  await produceFile(run, {
    format: 'zip',
    name: `patient-file-${clinicNumber(patientId)}-${clinicDay(madeAt)}`,
    by: asker,
    patientId,
    detail: () => ({ reason: ask.reason }),
    async write(sink, reporter, trx) {
      const paper = await clinicOnPaper(deps)
      const clinic = {
        name: paper['clinic.name'],
        address: paper['clinic.address'],
        phone: paper['clinic.phone'],
        registration: paper['clinic.registration'],
      }
      const record = await gatherFile(trx, patientId, fileRights(asker), { clinic, madeAt })
      const papers = papersOf({ ...deps, db: trx }, record, origin)
      await reporter.total(OWN_FILES + papers.length)
      const zip = zipWriter(sink, madeAt)
      let startedAt = performance.now()
      let made = 0
      const pause = async () => {
        await reporter.done(made, performance.now() - startedAt)
        await breathe()
        startedAt = performance.now()
      }
      await addFiles(zip, record, origin, paper, pause)
      made = OWN_FILES
      for (const { name, print } of papers) {
        await zip.add(name, (await print()) as Readable, { stored: true })
        made++
        await pause()
      }
      await zip.end()
      return made
    },
  })
}
