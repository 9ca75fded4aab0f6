import { SCREENS } from './navigation';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

const SECOND_KEY_MS = 1_200;

/** Whether keys belong to what is typed in. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** `?` shows the shortcuts, `g` and a letter goes to a screen. */
export function useShortcuts(showHelp: () => void) {
  const navigate = useNavigate();
  useEffect(() => {
    let goUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.defaultPrevented) return;
      if (event.key === '?') {
        event.preventDefault();
        showHelp();
      } else if (event.key === 'g') {
        goUntil = event.timeStamp + SECOND_KEY_MS;
      } else if (event.timeStamp < goUntil) {
        goUntil = 0;
        const screen = SCREENS.find(({ key }) => key === event.key);
        if (screen) {
          event.preventDefault();
          void navigate({ to: screen.to });
        }
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate, showHelp]);
}
