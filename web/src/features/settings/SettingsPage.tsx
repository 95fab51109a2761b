import { NavLink, useParams } from 'react-router';
import { Empty, PageHead } from '../../components/ui';
import { useMe } from '../../lib/me';
import { AccountSection } from './AccountSection';
import { AuditSection } from './AuditSection';
import { lists } from './lists';
import { MeSection } from './MeSection';
import { ReferenceSection } from './ReferenceSection';
import { TokensSection } from './TokensSection';
import { UsersSection } from './UsersSection';

const own = [{ to: 'me', label: 'My account' }];
const account = [
  { to: 'account', label: 'Account' },
  ...Object.entries(lists).map(([to, list]) => ({ to, label: list.label })),
];
const people = [
  { to: 'users', label: 'Users' },
  { to: 'tokens', label: 'API tokens' },
  { to: 'audit', label: 'Audit trail' },
];

function Section({ name }: { name: string }) {
  const list = lists[name];
  if (list) return <ReferenceSection key={name} list={list} />;
  switch (name) {
    case 'me':
      return <MeSection />;
    case 'account':
      return <AccountSection />;
    case 'users':
      return <UsersSection />;
    case 'tokens':
      return <TokensSection />;
    case 'audit':
      return <AuditSection />;
    default:
      return <Empty title="There is no such page">Choose one beside.</Empty>;
  }
}

export function SettingsPage() {
  const { section = 'account' } = useParams();
  const me = useMe();
  const places = [
    ...(me.can('settings', 'read') ? account : []),
    ...(me.can('people', 'read') ? people : []),
    ...own,
  ];
  return (
    <>
      <PageHead title="Settings" sub="The words of your account, and who may do what" />
      <div className="settings-cols">
        <nav className="subnav" aria-label="Settings">
          {places.map((p) => (
            <NavLink key={p.to} to={`/settings/${p.to}`}>
              {p.label}
            </NavLink>
          ))}
        </nav>
        <div className="stack">
          <Section name={section} />
        </div>
      </div>
    </>
  );
}
