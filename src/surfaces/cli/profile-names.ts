/** The profiles that a command line may name. */
import { settings } from '../../config.ts';

export const profileNames: readonly string[] = settings
  .flatMap(({ key, ...setting }) => (key === 'profile' && 'choices' in setting ? setting.choices : []))
  .filter(name => name !== 'none');
