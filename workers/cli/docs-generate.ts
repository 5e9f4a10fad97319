import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Command, EXIT, readArgs } from './command.ts'
import { generatedDocs } from './generated-docs.ts'

/** Writes the documents that are made from the code's own tables; run it in the project's folder. */
export const command: Command = {
  summary: 'write the documents that are made from the code (settings, errors, jobs, events)',
  usage: '',
  async run(args) {
    readArgs(args, {})
    for (const [path, text] of Object.entries(generatedDocs())) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
      console.log(path)
    }
    return EXIT.ok
  },
}
