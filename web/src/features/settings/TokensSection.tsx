import { Button, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, must } from '../../api/client';
import { rowsOf, tokensQuery } from '../../api/queries';
import { ConfirmButton } from '../../components/confirm';
import { Empty, LoadMore, Loading, ProblemAlert, Time } from '../../components/ui';
import { words } from '../../lib/format';
import { useMe } from '../../lib/me';
import { useSave } from '../../lib/save';
import { TokenDialog } from './TokenDialog';

export function TokensSection() {
  const me = useMe();
  const tokens = useInfiniteQuery(tokensQuery);
  const rows = rowsOf(tokens.data);
  const [creating, setCreating] = useState(false);
  const mayWrite = me.can('people', 'full');
  const revoke = useSave({
    run: (id: number) => must(api.DELETE('/tokens/{id}', { params: { path: { id } } })),
    stale: ['tokens', 'audit'],
    said: 'Token revoked',
  });
  return (
    <section className="card flush" aria-label="API tokens">
      <div className="card-head">
        <div>
          <h2>API tokens</h2>
          <p className="hint under-title">For scripts and other programs; each has a role, as a user has.</p>
        </div>
        {mayWrite && (
          <Button
            size="sm"
            variant="default"
            leftSection={<Plus size={16} aria-hidden="true" />}
            onClick={() => setCreating(true)}
          >
            Create token
          </Button>
        )}
      </div>
      <ProblemAlert error={tokens.error} />
      {tokens.isPending && <Loading />}
      {tokens.data && rows.length === 0 && <Empty title="No tokens" />}
      {rows.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="Table of API tokens">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>Created by</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th>Expires</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((token) => (
                <Table.Tr key={token.id}>
                  <Table.Td>{token.name}</Table.Td>
                  <Table.Td>{words(token.role)}</Table.Td>
                  <Table.Td>{token.created_by}</Table.Td>
                  <Table.Td className="nowrap">
                    <Time at={token.last_used_at} />
                  </Table.Td>
                  <Table.Td className="nowrap">
                    <Time at={token.expires_at} />
                  </Table.Td>
                  <Table.Td className="num">
                    {mayWrite && (
                      <ConfirmButton
                        label="Revoke"
                        size="xs"
                        variant="default"
                        aria-label={`Revoke ${token.name}`}
                        title={`Revoke ${token.name}?`}
                        deed="Revoke"
                        busy={revoke.isPending}
                        error={revoke.error}
                        onConfirm={() => revoke.mutate(token.id)}
                      >
                        Whatever uses it is refused from now on.
                      </ConfirmButton>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <LoadMore query={tokens} shown={rows.length} />
      {creating && <TokenDialog onClose={() => setCreating(false)} />}
    </section>
  );
}
