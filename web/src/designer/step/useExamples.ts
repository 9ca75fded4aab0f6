import { exampleOn } from './functions';
import { inShort, type Source } from './sources';
import type { Json, JsonMap, Path } from '../model/json';
import { set } from '../model/json';
import { idOf } from '../model/step';
import { useEditor } from '../store/context';
import { useEnvironmentName } from '@/app/useEnvironment';
import { catalog } from '@/api/designer';
import { type Chosen, preview } from '@/api/preview';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

type Worked = ReadonlyMap<string, { formula: string; result: string }>;

const NONE: Worked = new Map();

/**
 * Each function on what the sample holds, worked out in one call: in place of the step, as values.
 * What fails is left out, and has the function's own example.
 */
export function useExamples(
  at: Path,
  step: JsonMap | undefined,
  sample: { key: string; chosen: Chosen | null } | undefined,
  sources: readonly Source[],
): Worked {
  const editor = useEditor();
  const environment = useEnvironmentName();
  const functions = useQuery({ ...catalog, staleTime: Infinity }).data?.functions;
  const id = idOf(step);
  const formulas = useMemo(
    () =>
      Object.fromEntries(
        (functions ?? []).flatMap((one) => {
          const formula = exampleOn(one, sources);
          return formula === null ? [] : [[one.name, `=${formula}`]];
        }),
      ),
    [functions, sources],
  );
  const chosen = sample?.chosen;
  const { data } = useQuery({
    queryKey: ['examples', editor.flow, id, sample?.key, Object.keys(formulas).length],
    enabled: Boolean(chosen) && id !== '' && Object.keys(formulas).length > 0,
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
    queryFn: async ({ signal }): Promise<Worked> => {
      const tree = set(editor.document, at, { id, set: formulas }) as JsonMap;
      const seen = await preview(environment, tree, id, chosen ?? { body: {} }, {}, signal);
      const worked = seen.fields.flatMap((one): [string, { formula: string; result: string }][] => {
        const name = one.path[1] as unknown as string;
        const formula = formulas[name]?.slice(1);
        if (one.state !== 'value' || formula === undefined) return [];
        return [[name, { formula, result: inShort(one.value as Json) }]];
      });
      return new Map(worked);
    },
  });
  return data ?? NONE;
}
