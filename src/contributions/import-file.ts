import { pathToFileURL } from 'node:url'

/**
 * Imports the module in a file. The build puts this into a file of its own, dist/import-file.cjs, which Node loads in its
 * usual way: the bundles are run by bin/run.js as scripts, and of the first `import()` in a script Node warns the user.
 * @param file its absolute path
 */
export const importFile = (file: string): Promise<{ readonly default?: unknown }> => import(pathToFileURL(file).href)
