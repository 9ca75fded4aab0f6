import { Commands } from './Commands';
import { EnvironmentBand, EnvironmentSwitch } from './EnvironmentSwitch';
import { Navigation } from './Navigation';
import { NoEnvironment } from './NoEnvironment';
import { SessionEnd } from './SessionEnd';
import { SignIn, SignInAgain } from './SignIn';
import { ThemeSwitch } from './ThemeSwitch';
import { UserMenu } from './UserMenu';
import { useShortcuts } from './useShortcuts';
import { Shortcuts } from './Shortcuts';
import { useEnvironment } from './useEnvironment';
import { line } from '@/api/client';
import { useLive } from '@/api/live';
import { session } from '@/api/session';
import { ErrorView } from '@/components/ErrorView';
import { Live } from '@/components/Live';
import { ActionIcon, Drawer, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { spotlight } from '@mantine/spotlight';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { CircleHelp, Menu, Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import classes from './Layout.module.css';

/** Asks who is there before anything else is shown. */
export function Layout() {
  const { data, error, refetch } = useQuery(session);
  // Who has worked on this page. A session that ends leaves the page as it is.
  const [known, setKnown] = useState<string | null>(null);
  const who = data?.account?.id ?? null;
  if (known === null && who !== null) setKnown(who);
  const isOther = known !== null && who !== null && known !== who;
  useEffect(() => {
    if (isOther) window.location.reload();
  }, [isOther]);
  const isOver = data?.mode === 'sign_in' && who === null;
  const wasOver = useRef(false);
  const client = useQueryClient();
  useEffect(() => {
    if (wasOver.current && !isOver) {
      void client.invalidateQueries();
      line.dispatchEvent(new Event('again'));
    }
    wasOver.current = isOver;
  }, [client, isOver]);
  if (error && !data) return <ErrorView error={error} retry={() => void refetch()} />;
  if (!data) return null;
  if (isOver && known === null) return <SignIn firstRun={data.first_run} />;
  return (
    <>
      <Shell />
      {isOver && <SignInAgain />}
    </>
  );
}

/** What a server without an environment has already. */
const WITHOUT = ['/start', '/environments', '/settings', '/audit'];

const isWithout = (pathname: string): boolean => WITHOUT.includes(pathname);

/** Everything around a screen. */
function Shell() {
  const { current, isNone, isAsked } = useEnvironment();
  const liveness = useLive(current?.name);
  const [menu, { open, close }] = useDisclosure(false);
  const [help, helpActs] = useDisclosure(false);
  const { pathname } = useLocation();
  useShortcuts(helpActs.open);
  useEffect(close, [pathname, close]);

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <div className={classes.band}>
        <SessionEnd />
        <EnvironmentBand />
      </div>
      <header className={classes.bar}>
        <ActionIcon
          className={classes.burger}
          variant="subtle"
          color="gray"
          onClick={open}
          aria-label="Open navigation"
        >
          <Menu size={18} />
        </ActionIcon>
        <span className={classes.brand}>Towpath</span>
        <EnvironmentSwitch />
        <UnstyledButton className={classes.search} onClick={() => spotlight.open()}>
          <Search size={14} aria-hidden />
          <span>Find a screen, a run, an id</span>
          <kbd>Ctrl K</kbd>
        </UnstyledButton>
        <div className={classes.right}>
          <Live {...liveness} />
          <Tooltip label="Shortcuts">
            <ActionIcon
              variant="subtle"
              color="gray"
              onClick={helpActs.open}
              aria-label="Show shortcuts"
            >
              <CircleHelp size={16} />
            </ActionIcon>
          </Tooltip>
          <ThemeSwitch />
          <UserMenu />
        </div>
      </header>
      <nav className={classes.side} aria-label="Screens">
        <Navigation />
      </nav>
      <main id="content" className={classes.main} tabIndex={-1}>
        {isNone && !isWithout(pathname) ? <NoEnvironment at={pathname} /> : !isAsked && <Outlet />}
      </main>
      <Drawer opened={menu} onClose={close} size={240} title="Towpath" padding="sm">
        <nav aria-label="Screens">
          <Navigation />
        </nav>
      </Drawer>
      <Shortcuts opened={help} onClose={helpActs.close} />
      <Commands />
    </div>
  );
}
