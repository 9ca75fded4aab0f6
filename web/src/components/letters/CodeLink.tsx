import { meanings } from '@/api/deadLetters';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

/** The code of a failure: it leads to what it means and what to do about it. */
export function CodeLink({ code }: { code: string }) {
  const meaning = useQuery(meanings).data?.data.find((one) => one.code === code);
  return (
    <Link to="/meanings" hash={code} className="mono" title={meaning?.title}>
      {code}
    </Link>
  );
}
