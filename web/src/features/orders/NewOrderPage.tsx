import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { api, fieldErrors, must } from '../../api/client';
import { orderStatusesQuery } from '../../api/queries';
import { TitleSelect } from '../../components/pickers';
import { Card, PageHead, ProblemAlert } from '../../components/ui';
import { useSave } from '../../lib/save';
import { blankLine, bodyOf, isComplete, type LineDraft } from './lineDraft';
import { LineFields } from './LineFields';
import { orderStale } from './useOrder';

interface Row {
  key: number;
  draft: LineDraft;
}

const maxLines = 500;

/** An order taken by hand: who, which status, and the lines; none is fine too, items can be committed directly. */
export function NewOrderPage() {
  const navigate = useNavigate();
  const [organization, setOrganization] = useState('');
  const [status, setStatus] = useState<string | null>(null);
  const first = useQuery(orderStatusesQuery).data?.[0]?.title ?? null;
  const [notes, setNotes] = useState('');
  const [rows, setRows] = useState<Row[]>([{ key: 0, draft: blankLine }]);
  const nextKey = useRef(1);
  const save = useSave({
    run: () =>
      must(
        api.POST('/orders', {
          body: {
            organization: organization.trim(),
            notes,
            lines: rows.map((r) => bodyOf(r.draft)),
            ...(status === null ? {} : { status }),
          },
        }),
      ),
    stale: orderStale,
    said: 'Order created',
    then: (order) => void navigate(`/orders/${order.id}`),
  });
  const at = fieldErrors(save.error);
  const setRow = (key: number, draft: LineDraft) =>
    setRows(rows.map((r) => (r.key === key ? { key, draft } : r)));
  const complete = organization.trim() !== '' && rows.every((r) => isComplete(r.draft));
  return (
    <>
      <PageHead title="New order" sub={<Link to="/orders">Orders</Link>} />
      <form
        className="stack narrow"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Card title="Order">
          <div className="stack tight">
            <div className="cols2">
              <TextInput
                label="Organization"
                description="Who buys"
                placeholder="Walk-in"
                required
                autoFocus
                maxLength={200}
                value={organization}
                onChange={(e) => setOrganization(e.currentTarget.value)}
                error={at('/organization')}
              />
              <TitleSelect
                query={orderStatusesQuery}
                label="Status"
                description="Open ones hold their units back from the channels"
                value={status ?? first}
                onChange={setStatus}
                error={at('/status')}
              />
            </div>
            <Textarea
              label="Notes"
              autosize
              minRows={2}
              maxRows={8}
              maxLength={4000}
              value={notes}
              onChange={(e) => setNotes(e.currentTarget.value)}
              error={at('/notes')}
            />
          </div>
        </Card>
        {rows.map(({ key, draft }, i) => (
          <section key={key} className="card" aria-label={`Line ${i + 1}`}>
            <div className="row apart">
              <h2>Line {i + 1}</h2>
              <ActionIcon
                variant="subtle"
                color="gray.8"
                size="lg"
                aria-label={`Remove line ${i + 1}`}
                onClick={() => setRows(rows.filter((r) => r.key !== key))}
              >
                <Trash2 size={18} />
              </ActionIcon>
            </div>
            <LineFields draft={draft} onChange={(d) => setRow(key, d)} at={(p) => at(`/lines/${i}${p}`)} />
          </section>
        ))}
        <div>
          <Button
            variant="default"
            leftSection={<Plus size={16} aria-hidden="true" />}
            disabled={rows.length >= maxLines}
            onClick={() => setRows([...rows, { key: nextKey.current++, draft: blankLine }])}
          >
            Add line
          </Button>
        </div>
        <ProblemAlert error={save.error} fields={['/organization', '/status', '/notes', '/lines']} />
        <div className="row end">
          <Button component={Link} to="/orders" variant="default">
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!complete}>
            Create order
          </Button>
        </div>
      </form>
    </>
  );
}
