import { AppError } from '../../errors/app-error.ts'
import { MAX_CELL_CHARS } from './limits.ts'

/** Puts the pieces of a formatted text together: what stands in `t`, but not the reading aid (`rPh`) of Asian texts. */
export class TextCollector {
  value = ''
  readonly #what: string
  #isText = false
  #isAid = false

  constructor(what: string) {
    this.#what = what
  }

  clear(): void {
    this.value = ''
    this.#isText = false
    this.#isAid = false
  }

  enter(element: string): void {
    if (element === 't') this.#isText = !this.#isAid
    else if (element === 'rPh') this.#isAid = true
  }

  leave(element: string): void {
    if (element === 't') this.#isText = false
    else if (element === 'rPh') this.#isAid = false
  }

  add(piece: string): void {
    if (!this.#isText) return
    if (this.value.length + piece.length > MAX_CELL_CHARS) {
      throw new AppError('import/too-much-inside', {
        detail: `A ${this.#what} is longer than a cell of a workbook can be.`,
      })
    }
    this.value += piece
  }
}
