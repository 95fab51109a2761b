import { Badge, Button, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '../../api/client';
import { rowsOf, usersQuery } from '../../api/queries';
import { LoadMore, Loading, ProblemAlert, Time } from '../../components/ui';
import { words } from '../../lib/format';
import { useMe } from '../../lib/me';
import { UserDialog } from './UserDialog';

type User = Schemas['User'];

export function UsersSection() {
  const me = useMe();
  const users = useInfiniteQuery(usersQuery);
  const rows = rowsOf(users.data);
  const [editing, setEditing] = useState<User | 'new' | null>(null);
  const mayWrite = me.can('people', 'full');
  return (
    <section className="card flush" aria-label="Users">
      <div className="card-head">
        <h2>Users</h2>
        {mayWrite && (
          <Button
            size="sm"
            variant="default"
            leftSection={<Plus size={16} aria-hidden="true" />}
            onClick={() => setEditing('new')}
          >
            Add user
          </Button>
        )}
      </div>
      <ProblemAlert error={users.error} />
      {users.isPending && <Loading />}
      {rows.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="Table of users">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>User</Table.Th>
                <Table.Th>Role</Table.Th>
                <Table.Th>Last seen</Table.Th>
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((user) => (
                <Table.Tr key={user.id}>
                  <Table.Td>
                    {user.name || user.email}
                    {!user.active && (
                      <Badge color="gray.7" variant="outline" c="gray.8" tt="none" ml={8}>
                        Switched off
                      </Badge>
                    )}
                    {user.name && <span className="under">{user.email}</span>}
                  </Table.Td>
                  <Table.Td>{words(user.role)}</Table.Td>
                  <Table.Td className="nowrap">
                    <Time at={user.last_seen_at} />
                  </Table.Td>
                  <Table.Td className="num">
                    {mayWrite && (
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={`Edit ${user.email}`}
                        onClick={() => setEditing(user)}
                      >
                        Edit
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <LoadMore query={users} shown={rows.length} />
      {editing !== null && (
        <UserDialog user={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </section>
  );
}
