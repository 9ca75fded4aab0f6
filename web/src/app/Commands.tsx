import { SCREENS } from './navigation';
import { useEnvironmentName } from './useEnvironment';
import { quickSearch } from '@/api/search';
import { kindOf, placeOf } from '@/components/HitLink';
import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ArrowRight, Footprints, Moon, Search, Sun } from 'lucide-react';
import { useState } from 'react';

/** The command palette: screens, acts, and whatever id a person has in hand. */
export function Commands() {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const [query, setQuery] = useState('');
  const text = query.trim();
  const [asked] = useDebouncedValue(text, 150);
  const environment = useEnvironmentName();
  const hits = useQuery({ ...quickSearch(environment, asked), enabled: asked.length > 2 });
  const known = text.length > 2 ? (hits.data?.hits.slice(0, 8) ?? []) : [];
  const found = (words: string) =>
    text
      .toLowerCase()
      .split(/\s+/)
      .every((word) => words.toLowerCase().includes(word));

  const screens = SCREENS.filter(({ title, about }) => found(`${title} ${about}`));
  const acts = [
    { title: 'First steps', icon: Footprints, act: () => void navigate({ to: '/start' }) },
    { title: 'Light colours', icon: Sun, act: () => setColorScheme('light') },
    { title: 'Dark colours', icon: Moon, act: () => setColorScheme('dark') },
  ].filter(({ title }) => found(title));

  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      scrollable
      maxHeight={420}
      overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}
    >
      <Spotlight.Search
        placeholder="Screen, command, or any id, number, key"
        leftSection={<Search size={16} />}
      />
      <Spotlight.ActionsList>
        {text.length > 1 && (
          <Spotlight.ActionsGroup label="Find">
            {known.map((hit) => (
              <Spotlight.Action
                key={`${hit.kind} ${hit.id}`}
                label={`${kindOf(hit)} ${hit.label}`}
                description={`${hit.about}, found as ${hit.matched}`}
                leftSection={<ArrowRight size={16} />}
                onClick={() => void navigate(placeOf(hit))}
              />
            ))}
            <Spotlight.Action
              label={`Find "${text}" everywhere, also in payloads`}
              leftSection={<Search size={16} />}
              onClick={() => void navigate({ to: '/search', search: { q: text } })}
            />
          </Spotlight.ActionsGroup>
        )}
        {screens.length > 0 && (
          <Spotlight.ActionsGroup label="Screens">
            {screens.map(({ to, title, about, icon: Icon }) => (
              <Spotlight.Action
                key={to}
                label={title}
                description={about}
                leftSection={<Icon size={16} />}
                onClick={() => void navigate({ to })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {acts.length > 0 && (
          <Spotlight.ActionsGroup label="Commands">
            {acts.map(({ title, icon: Icon, act }) => (
              <Spotlight.Action
                key={title}
                label={title}
                leftSection={<Icon size={16} />}
                onClick={act}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
