import { Table } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import type { Schemas } from '../../api/client';
import { stockLevelsQuery } from '../../api/queries';
import { count } from '../../lib/format';

type Level = Schemas['StockLevel'];

/** Stock levels of the variations shown, one call per page of them. */
export function useStock(pages: { id: number }[][]): Map<number, Level> {
  const results = useQueries({
    queries: pages.filter((page) => page.length > 0).map((page) => stockLevelsQuery(page.map((v) => v.id))),
  });
  return new Map(
    results
      .flatMap((r) => r.data ?? [])
      .flatMap((level) => (level.variation_id === null ? [] : [[level.variation_id, level] as const])),
  );
}

export function StockCell({ level, field }: { level: Level | undefined; field: 'on_hand' | 'outstanding' }) {
  return <Table.Td className="num">{level ? count(level[field]) : ''}</Table.Td>;
}
