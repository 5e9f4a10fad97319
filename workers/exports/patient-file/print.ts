import { type Clinic, clinicHead, heading } from '../../../shared/documents/head.ts'
import { beginDocument, type Sheet } from '../../../shared/documents/sheet.ts'
import { gap } from '../../../shared/documents/write.ts'
import type { Consultation, PatientRecord, Visit } from '../../../shared/exports/patient-file/record.ts'
import type { Section } from '../../../shared/exports/patient-file/rights.ts'
import { both, dayOf, momentOf, type Paper, paperOn, section } from './paper.ts'
import { FILE_TEXTS, type FileText, SECTION_TEXTS, STATE_TEXTS, VITAL_TEXTS } from './texts.ts'

const say = (key: FileText, values?: Readonly<Record<string, string>>) => both(FILE_TEXTS, key, values)
const joined = (parts: readonly (string | null | undefined)[], by = ' · ') =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join(by)

/** A state in both languages, or as it is kept. */
const state = (kept: string | null): string | null =>
  kept !== null && Object.hasOwn(STATE_TEXTS, kept)
    ? both(STATE_TEXTS, kept)
    : (kept?.replaceAll('_', ' ') ?? null)

function person(paper: Paper, { person: who }: PatientRecord): void {
  const fields: [FileText, string | null | undefined][] = [
    ['name', who.name],
    ['clinicNumber', who.clinicNumber],
    ['externalId', who.externalId],
    ['idNumber', joined([who.idType, who.idNumber], ' ')],
    ['dateOfBirth', who.dateOfBirth === null ? null : dayOf(who.dateOfBirth)],
    ['gender', who.gender],
    ['phone', who.phone],
    ['email', who.email],
    ['address', joined([who.address, who.postcode, who.state], ', ')],
    ['company', who.company],
    ['nextOfKin', who.nextOfKin],
    ['consentOn', who.consentOn === null ? null : dayOf(who.consentOn)],
    ['registeredOn', who.registeredOn === null ? null : dayOf(who.registeredOn)],
    ['allergies', who.allergies],
    ['chronicConditions', who.chronicConditions],
    ['medicalHistory', who.medicalHistory],
    ['remarks', who.remarks],
  ]
  for (const [label, value] of fields) paper.field(say(label), value)
}

const diagnosisText = ({
  code,
  title,
  text,
}: {
  code: string | null
  title?: string | null
  text: string | null
}) => joined([code, title, text])

function consultation(paper: Paper, written: Consultation): void {
  const vitals = Object.entries(written.vitals).map(([name, value]) =>
    Object.hasOwn(VITAL_TEXTS, name)
      ? `${both(VITAL_TEXTS, name)} ${value} ${VITAL_TEXTS[name]?.unit}`
      : `${name} ${value}`,
  )
  paper.field(say('vitals'), joined(vitals))
  for (const part of ['subjective', 'objective', 'assessment', 'plan'] as const)
    paper.field(say(part), written[part])
  paper.field(say('diagnoses'), written.diagnoses.map(diagnosisText).join('\n'))
  paper.field(
    say('procedures'),
    written.procedures.map(({ description, quantity }) => `${quantity} × ${description}`).join('\n'),
  )
  const { followUp } = written
  if (followUp !== null) paper.field(say('followUp'), joined([dayOf(followUp.on), followUp.note]))
}

function visit(paper: Paper, visit: Visit, written: Consultation | undefined): void {
  gap(paper.sheet, 0.4)
  const { imported } = visit
  paper.title(
    joined([
      dayOf(visit.day),
      written?.doctor ?? visit.doctor,
      visit.number,
      state(visit.status),
      imported === null ? null : say('imported'),
    ]),
  )
  paper.field(say('reason'), visit.reason)
  if (written !== undefined) consultation(paper, written)
  if (imported === null) return
  paper.field(say('diagnoses'), imported.diagnosis === undefined ? null : diagnosisText(imported.diagnosis))
  paper.field(say('notes'), imported.notes)
  if (imported.mcDays > 0) {
    const start = imported.mcStart === null ? null : dayOf(imported.mcStart)
    paper.field(say('mcDays'), joined([String(imported.mcDays), start]))
  }
  paper.field(say('total'), imported.total === undefined ? null : `RM ${imported.total}`)
}

/** Lines of the sections that are lists; visits and the person are drawn otherwise. */
function* listOf(record: PatientRecord, of: Section): Generator<string> {
  if (of === 'conditions')
    for (const one of record.conditions ?? [])
      yield joined([dayOf(one.recordedOn), diagnosisText(one), one.status])
  if (of === 'prescriptions')
    for (const one of record.prescriptions ?? []) {
      const days = one.durationDays === null ? null : `${one.durationDays} d`
      const at = one.orderedAt === null ? null : momentOf(one.orderedAt)
      const how = joined([one.dose, one.frequency, days], ', ')
      const said =
        one.instructions === null ? null : joined([one.instructions.en, one.instructions.ms], ' / ')
      yield joined([at, `${one.quantity} × ${one.medication}`, how, state(one.status), one.orderedBy, said])
    }
  if (of === 'certificates')
    for (const one of record.certificates ?? [])
      yield joined([one.number, `${dayOf(one.from)} – ${dayOf(one.to)}`, one.doctor, state(one.status)])
  if (of === 'letters')
    for (const one of record.letters ?? [])
      yield `${joined([dayOf(one.issuedOn), state(one.kind), one.recipient, one.doctor])}\n${one.body}`
  if (of === 'bills')
    for (const one of record.bills ?? []) {
      const sums =
        one.total === undefined ? [] : [`${say('total')} RM ${one.total}`, `${say('paid')} RM ${one.paid}`]
      const lines = one.lines.map((each) => `   ${each.quantity} × ${each.description}   RM ${each.amount}`)
      yield [joined([state(one.status), ...sums, one.shared ? say('shared') : null]), ...lines].join('\n')
    }
  if (of === 'payments')
    for (const one of record.payments ?? []) {
      const ways = one.methods.map(({ method, amount, reference }) =>
        joined([state(method), `RM ${amount}`, reference], ' '),
      )
      yield joined([
        dayOf(one.paidOn),
        one.receipt,
        state(one.kind),
        state(one.status),
        ways.join(', '),
        one.by,
      ])
    }
  if (of === 'appointments')
    for (const one of record.appointments ?? [])
      yield joined([momentOf(one.startAt), `${one.minutes} min`, one.doctor, one.reason, state(one.status)])
  if (of === 'merges')
    for (const one of record.merges) {
      const until = one.undoneAt === null ? null : momentOf(one.undoneAt)
      yield joined([one.clinicNumber, joined([momentOf(one.mergedAt), until], ' – ')])
    }
  if (of === 'access')
    for (const one of record.access ?? [])
      yield joined([dayOf(one.day), one.by, one.role?.replaceAll('_', ' '), `${one.action} × ${one.times}`])
}

const PIECE_LINES = 25

/** Draws the sections one after the other; stops for a moment after each piece, so that others get a turn. */
async function drawSections(paper: Paper, record: PatientRecord, pause: () => Promise<void>): Promise<void> {
  const written = new Map((record.consultations ?? []).map((each) => [each.visitId, each]))
  for (const of of record.about.included) {
    // what doctors wrote stands with its visit
    if (of === 'consultations') continue
    section(paper, both(SECTION_TEXTS, of))
    if (of === 'person') {
      person(paper, record)
      continue
    }
    let lines = 0
    if (of === 'visits')
      for (const each of record.visits) {
        visit(paper, each, written.get(each.visitId))
        if (++lines % PIECE_LINES === 0) await pause()
      }
    for (const each of listOf(record, of)) {
      paper.text(`• ${each}`)
      if (++lines % PIECE_LINES === 0) await pause()
    }
    if (lines === 0) paper.text(say('none'))
  }
}

/**
 * Begins the printed file. The sheet's `pdf` is the stream to read from; `draw` writes everything on it and ends it,
 * and lets `pause` run every few visits.
 */
export function printFile(
  record: PatientRecord,
  clinic: Clinic,
): { pdf: Sheet['pdf']; draw: (pause: () => Promise<void>) => Promise<void> } {
  const madeAt = new Date(record.about.madeAt)
  const { clinicNumber } = record.person
  const sheet = beginDocument({ paper: 'A4', title: `Patient file ${clinicNumber}`, language: 'en', madeAt })
  return {
    pdf: sheet.pdf,
    async draw(pause) {
      const paper = paperOn(sheet, (n) => [
        joined([clinicNumber, momentOf(record.about.madeAt)]),
        say('page', { n: String(n) }),
      ])
      clinicHead(sheet, clinic, 'en')
      heading(sheet, say('title'))
      paper.text(say('about', { at: momentOf(record.about.madeAt) }))
      const { leftOut } = record.about
      if (leftOut.length > 0)
        paper.text(say('leftOut', { sections: leftOut.map((of) => both(SECTION_TEXTS, of)).join(', ') }))
      await drawSections(paper, record, pause)
      paper.end()
      sheet.pdf.end()
    },
  }
}
