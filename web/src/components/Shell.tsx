import { ActionIcon, Tooltip } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Boxes, LogOut, Plug, Settings2, ShoppingCart, Tags } from 'lucide-react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { api, must, setCsrfToken } from '../api/client';
import { useLive } from '../api/live';
import { words } from '../lib/format';
import { useMe } from '../lib/me';
import { Caught } from './Caught';

const places = [
  { to: '/integrations', label: 'Integrations', Icon: Plug, area: 'channels' },
  { to: '/catalog', label: 'Catalog', Icon: Tags, area: 'catalog' },
  { to: '/inventory', label: 'Inventory', Icon: Boxes, area: 'inventory' },
  { to: '/orders', label: 'Orders', Icon: ShoppingCart, area: 'orders' },
  { to: '/settings', label: 'Settings', Icon: Settings2, area: 'settings' },
] as const;

export function Mark() {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#2a52e0" />
      <path
        d="M5 21h22M9 21v-4.5a7 7 0 0 1 14 0V21M16 9.6V21"
        fill="none"
        stroke="#fff"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  );
}

export function Shell() {
  useLive();
  const me = useMe();
  const client = useQueryClient();
  const { pathname } = useLocation();
  const signOut = useMutation({
    mutationFn: () => must(api.DELETE('/session')),
    onSettled: () => {
      setCsrfToken(null);
      client.clear();
      window.location.assign('/sign-in');
    },
  });
  return (
    <div className="frame">
      <a className="skip" href="#main">
        To the content
      </a>
      <header className="side">
        <div className="brand">
          <Mark />
          <span>Stockbridge</span>
        </div>
        <nav className="nav" aria-label="Main">
          {places
            .filter((p) => me.can(p.area, 'read'))
            .map(({ to, label, Icon }) => (
              <NavLink key={to} to={to}>
                <Icon size={19} aria-hidden="true" />
                {label}
              </NavLink>
            ))}
        </nav>
        <div className="who">
          <div>
            <strong>{me.user?.name || me.user?.email}</strong>
            <span>{words(me.role)}</span>
          </div>
          <Tooltip label="Sign out">
            <ActionIcon
              variant="subtle"
              color="gray.4"
              size="lg"
              aria-label="Sign out"
              onClick={() => signOut.mutate()}
            >
              <LogOut size={18} />
            </ActionIcon>
          </Tooltip>
        </div>
      </header>
      <main id="main" className="main" tabIndex={-1}>
        <Caught place={pathname}>
          <Outlet />
        </Caught>
      </main>
    </div>
  );
}
