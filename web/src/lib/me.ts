import { useSuspenseQuery } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { meQuery } from '../api/queries';

type Area = keyof Schemas['Permissions'];
type Level = Schemas['Level'];
const levels: Level[] = ['none', 'read', 'write', 'full'];

/** Who is signed in, and what may be shown. The server decides again on every call; this only hides dead buttons. */
export function useMe() {
  const { data } = useSuspenseQuery(meQuery);
  return {
    ...data,
    can: (area: Area, level: Level) => levels.indexOf(data.permissions[area]) >= levels.indexOf(level),
  };
}
