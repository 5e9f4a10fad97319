import type { z } from 'zod'
import type { fileList, resultFile } from '../../../../shared/files/schema.ts'
import type { reportCatalog } from '../../../../shared/reports/schema.ts'
import type {
  ReportSchedule,
  reportScheduleInput,
  reportScheduleList,
} from '../../../../shared/schedules/reports/schema.ts'

export type Catalog = z.infer<typeof reportCatalog>
/** A report that the reader may have, with its parameters as JSON Schema. */
export type CatalogEntry = Catalog['data'][number]

export type ResultFile = z.infer<typeof resultFile>
export type FilePage = z.infer<typeof fileList>

/** Work whose end is a file on the shelf. */
export type MakerType = 'report' | 'export'

/** A report that is made by itself. */
export type Standing = ReportSchedule
export type StandingList = z.infer<typeof reportScheduleList>
export type StandingInput = z.input<typeof reportScheduleInput>
