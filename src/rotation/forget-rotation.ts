import type { Container } from '../container.ts'
import { rotationLock, rotationStore } from './run-rotation.ts'

/**
 * Gives up what lies in the vault of a profile's rotations, whether it can be read or not. The stored key stays as it is,
 * and so do all at AWS.
 * @returns whether there was an unfinished rotation
 */
export async function forgetRotation(container: Container, profile: string): Promise<boolean> {
  const vault = await container.vault()
  return rotationLock(container, vault, () => rotationStore(container, vault).forget(profile))
}
