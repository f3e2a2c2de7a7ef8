/** What the one of two hears who came second. */
import { AecoderError } from '../../schemas/errors.ts'

/** @param where how messages name the file that both wanted to replace */
export function toConflict(where: string): AecoderError {
  return new AecoderError('BUCKET_CONFLICT', {
    where,
    found: 'somebody else changed it since it was read: another run was published meanwhile',
    expected: 'one run at a time, from one store',
    action: 'Nothing of this run became current. See who publishes there, then run again',
  })
}
