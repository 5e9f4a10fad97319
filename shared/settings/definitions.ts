import { z } from 'zod'
import { ITEM_KINDS } from '../billing/rules.ts'
import { FIRST_TEMPLATES, faultsOfTemplate, PLACEHOLDERS } from '../letters/rules.ts'
import { PRIORITIES } from '../queue/schema.ts'
import { ROLES } from '../rights/permissions.ts'
import { SET_UP_PARTS } from './schema.ts'

const MAX_TEXT = 200
const MAX_ADDRESS = 500
const MAX_REGISTRATION = 60
const MAX_TEMPLATE = 4000
const MAX_HOLIDAYS = 50
const MAX_LEAVE_DAYS = 365
const MAX_BACKDATE_DAYS = 60
const MAX_START = 9000
const MAX_MINUTES = 600
const MAX_ROWS = 20
const MAX_NUMBER = 30

const text = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((value) => value.isWellFormed(), 'Has characters that cannot be stored')
const rm = z.string().regex(/^(0|[1-9][0-9]{0,4})\.[0-9]{2}$/, 'Must be an amount like "45.00"')
const minutes = z.number().int().min(1).max(MAX_MINUTES)
/** An order of all the words of a list, each once. */
const orderOf = <const Word extends string>(words: readonly [Word, ...Word[]]) =>
  z
    .array(z.enum(words))
    .length(words.length)
    .refine((order) => new Set(order).size === words.length, 'Must name each once')

const template = text(MAX_TEMPLATE)
  .min(1)
  .refine(
    (value) => faultsOfTemplate(value).length === 0,
    `Takes only these in braces: ${PLACEHOLDERS.join(', ')}`,
  )

/** Languages that a screen can call a number in. */
export const SPOKEN = ['ms', 'en', 'zh', 'ta'] as const

interface Definition {
  group: 'clinic' | 'queue' | 'display' | 'billing' | 'documents' | 'screens'
  title: string
  schema: z.ZodType
  default: unknown
}

/** The one table of the clinic's settings. Adding a setting is adding an entry. */
export const SETTINGS = {
  'clinic.name': {
    group: 'clinic',
    title: 'Name of the clinic on print-outs and screens',
    schema: text(MAX_TEXT).min(1),
    default: 'Klinik',
  },
  'clinic.address': {
    group: 'clinic',
    title: 'Address on print-outs',
    schema: text(MAX_ADDRESS),
    default: '',
  },
  'clinic.phone': {
    group: 'clinic',
    title: 'Telephone on print-outs',
    schema: z.union([z.literal(''), z.string().regex(/^\+?[0-9 ()-]{6,20}$/, 'Must be a telephone number')]),
    default: '',
  },
  'clinic.registration': {
    group: 'clinic',
    title: 'Registration number of the clinic on print-outs',
    schema: text(MAX_REGISTRATION),
    default: '',
  },
  'clinic.holidays': {
    group: 'clinic',
    title: 'Days on which the clinic is closed; no appointments are given',
    schema: z
      .array(z.iso.date())
      .max(MAX_HOLIDAYS)
      .refine((days) => new Set(days).size === days.length, 'Must name each once'),
    default: [],
  },
  'clinic.setUp': {
    group: 'clinic',
    title: 'Parts of the guided set-up that were gone through; with `finished` nobody is led to it any more',
    schema: z
      .array(z.enum(SET_UP_PARTS))
      .max(SET_UP_PARTS.length)
      .refine((list) => new Set(list).size === list.length, 'Must name each once'),
    default: [],
  },
  'queue.ticketFormat': {
    group: 'queue',
    title: 'First ticket as it looks: letters, then as many digits as a number has at least',
    schema: z
      .string()
      .regex(/^[A-Z]{0,3}-?[0-9]{2,5}$/, 'Must be up to three capital letters and 2 to 5 digits: A001'),
    default: 'A001',
  },
  'queue.ticketStart': {
    group: 'queue',
    title: 'First ticket number of a day',
    schema: z.number().int().min(1).max(MAX_START),
    default: 1,
  },
  'queue.priorityOrder': {
    group: 'queue',
    title: 'Whom call-next takes first',
    schema: orderOf(PRIORITIES),
    default: ['emergency', 'pregnant', 'elderly', 'child', 'normal'],
  },
  'queue.waitingWarnMin': {
    group: 'queue',
    title: 'Minutes of waiting that staff are warned at',
    schema: minutes,
    default: 45,
  },
  'queue.calledLimitMin': {
    group: 'queue',
    title: 'Minutes after a call until a patient who has not come is pointed out',
    schema: minutes,
    default: 5,
  },
  'display.names': {
    group: 'display',
    title: 'What screens show beside the number: a masked name, or nothing',
    schema: z.enum(['masked', 'none']),
    default: 'masked',
  },
  'display.languages': {
    group: 'display',
    title: 'Languages in which numbers are called, one after another',
    schema: z
      .array(z.enum(SPOKEN))
      .max(SPOKEN.length)
      .refine((list) => new Set(list).size === list.length, 'Must name each once'),
    default: ['ms', 'en', 'zh', 'ta'],
  },
  'display.rows': {
    group: 'display',
    title: 'How many calls and how many next numbers a screen shows',
    schema: z.number().int().min(1).max(MAX_ROWS),
    default: 8,
  },
  'billing.consultationFee': {
    group: 'billing',
    title: 'Fee that a new consultation begins with, RM',
    schema: rm,
    default: '35.00',
  },
  'billing.receiptFormat': {
    group: 'billing',
    title: 'First receipt as it looks: letters, then as many digits as a number has at least',
    schema: z
      .string()
      .regex(
        /^(?!CN)[A-Z]{1,3}-?[0-9]{4,8}$/,
        'Must be up to three capital letters and 4 to 8 digits: R000001',
      ),
    default: 'R000001',
  },
  'billing.cashNeedsShift': {
    group: 'billing',
    title: 'Whether cash is taken and given back only by a cashier with an open shift',
    schema: z.boolean(),
    default: true,
  },
  'billing.sstPercent': {
    group: 'billing',
    title: 'Sales and service tax, percent; 0 where the clinic is not registered',
    schema: z.string().regex(/^(0|[1-9]|1[0-9]|20)\.[0-9]{2}$/, 'Must be a percentage like "8.00"'),
    default: '0.00',
  },
  'billing.sstKinds': {
    group: 'billing',
    title: 'Kinds of lines that are taxed',
    schema: z
      .array(z.enum(ITEM_KINDS))
      .max(ITEM_KINDS.length)
      .refine((list) => new Set(list).size === list.length, 'Must name each once'),
    default: ['other'],
  },
  'billing.sstNumber': {
    group: 'billing',
    title: 'SST registration number on receipts',
    schema: text(MAX_NUMBER),
    default: '',
  },
  'billing.receiptNote': {
    group: 'billing',
    title: 'A line at the foot of receipts',
    schema: text(MAX_TEXT),
    default: '',
  },
  'certificates.backdateDays': {
    group: 'documents',
    title: 'How many days before its issue a sick leave may begin',
    schema: z.number().int().min(0).max(MAX_BACKDATE_DAYS),
    default: 1,
  },
  'certificates.maxDays': {
    group: 'documents',
    title: 'Longest sick leave that one certificate may give, days',
    schema: z.number().int().min(1).max(MAX_LEAVE_DAYS),
    default: 30,
  },
  'letters.referral.en': {
    group: 'documents',
    title: 'Text of referral letters, English',
    schema: template,
    default: FIRST_TEMPLATES.referral.en,
  },
  'letters.referral.ms': {
    group: 'documents',
    title: 'Text of referral letters, Malay',
    schema: template,
    default: FIRST_TEMPLATES.referral.ms,
  },
  'letters.time_slip.en': {
    group: 'documents',
    title: 'Text of time slips, English',
    schema: template,
    default: FIRST_TEMPLATES.time_slip.en,
  },
  'letters.time_slip.ms': {
    group: 'documents',
    title: 'Text of time slips, Malay',
    schema: template,
    default: FIRST_TEMPLATES.time_slip.ms,
  },
  'screens.lockAfterMin': {
    group: 'screens',
    title: 'Minutes after which a page that nobody touches locks itself; 0 for never',
    schema: z.number().int().min(0).max(MAX_MINUTES),
    default: 10,
  },
  'screens.lockRoles': {
    group: 'screens',
    title: 'Whose pages lock themselves',
    schema: z
      .array(z.enum(ROLES))
      .max(ROLES.length)
      .refine((list) => new Set(list).size === list.length, 'Must name each once'),
    default: [...ROLES],
  },
} as const satisfies Record<string, Definition>

/** A key of {@link SETTINGS}. */
export type SettingName = keyof typeof SETTINGS
/** All settings with their values. */
export type Settings = { [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']> }

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]

/** Whether there is a setting of this name. */
export const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)
