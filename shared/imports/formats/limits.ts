const MB = 1024 * 1024

/** Files in a workbook's archive; real ones have a few dozen. */
export const MAX_ZIP_ENTRIES = 2_000
/** Unpacked bytes of all files together; a full sheet of fifty columns has half of it. */
export const MAX_UNPACKED_BYTES = 4096 * MB
/** Unpacked bytes for one packed byte, from which an entry above {@link RATIO_FREE_BYTES} is no honest one. */
export const MAX_ZIP_RATIO = 200
export const RATIO_FREE_BYTES = 32 * MB
/** Small parts (list of sheets, number formats) that are kept in memory. */
export const MAX_PART_BYTES = 16 * MB

/** Rows of a sheet, by the format itself. */
export const MAX_SHEET_ROWS = 1_048_576
/** Characters of a cell; the format allows 32,767. */
export const MAX_CELL_CHARS = 256 * 1024
/** Shared texts held in memory; the rest lies in a file. */
export const MAX_TEXTS_IN_MEMORY_CHARS = 12 * MB
export const MAX_TEXTS_IN_MEMORY = 400_000

/** Staged bytes for one unpacked byte of a workbook (a text may be shared by many cells), and what is always allowed. */
export const STAGED_RATIO = 8
export const STAGED_FREE_BYTES = 64 * MB

/** Longest line of NDJSON and longest resource of a Bundle. */
export const MAX_JSON_BYTES = 8 * MB
/** Characters of a line that is no JSON, as far as it is kept to be shown. */
export const SHOWN_LINE_CHARS = 2_000

/** What a preview reads: rows, and bytes of them. */
export const PREVIEW_ROWS = 1_001
export const PREVIEW_STAGED_BYTES = 2 * MB
