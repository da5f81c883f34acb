import { mayDo, type Right, whoMay } from '@gennaker/pipeline-dsl';
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../client/queries.ts';

/** May the person do it? `why` says who may, for buttons that are off; undefined while that is not known. */
export function useRight(right: Right): { readonly may: boolean; readonly why: string | undefined } {
  const { data: me } = useQuery(meQuery());
  const may = me !== undefined && mayDo(me.roles, right);
  return { may, why: me === undefined || may ? undefined : `${whoMay(right)}; you are ${me.username}` };
}
