export const USAGE = `penholder: who has the session files, and what is wrong with their locks

  penholder who FILE [--json]
      Tells who has a session file, and who had it last. Changes nothing.

  penholder ls DIR [--held] [--recursive] [--json]
      Lists the session files in a folder that have a lock, one on a line. Changes nothing.

  penholder doctor DIR [--recursive] [--fix] [--json]
      Looks for what is wrong with the locks and the session files in a folder. Changes nothing
      without --fix.

Options
  -r, --recursive  also what is in the folders below; links are not followed
      --held       only the files that somebody has now: held, stopped or unknown
      --fix        clears away what dead processes left, and nothing else. May be used while
                   others work with the files
      --json       one JSON document instead of text; its fields are only ever added to
  -h, --help       this text
  -V, --version    the version
      --           what follows is a name, also where it begins with a dash

Exit codes
  0  fine. who: the file is free, or somebody has it; ls: listed; doctor: nothing is wrong, or all
     of it was mended
  1  doctor: something that is wrong remains
  2  the command line is wrong
  3  could not look: missing, unreadable, or not what it should be. What could be looked at of a
     folder is told all the same

What ls and who tell
  free     nobody has the file
  held     somebody has it, and is proven to be alive
  stopped  the same, but its process is stopped (SIGSTOP, Ctrl+Z, a debugger). Until it goes on it
           gives no sign of life, and is treated like the unknown
  dead     somebody had it and died; the next run takes it at once
  unknown  somebody has it of whom nothing can be proven from here. Who waits for the file takes
           it when no sign of life came for 30 s, or as long as its process is set to wait
  strange  something is in the place of the lock that is none

What doctor finds (kind: what --fix does)
  dead-holder        a run died while it had the file: gives it back; the next run is still told
  dead-waiter        what a process left that died while it waited: removes it
  gone-session       the lock of a session file that is gone: removes it, if nobody uses it
  left-over-lock     a lock that another doctor was removing when it ended: removes it
  silent-holder      somebody has the file, and gave no sign of life for two minutes: nothing
  unreadable-record  somebody has the file, and its lock does not tell who: nothing
  foreign-lock       the lock is an empty folder, or one of another program: nothing
  strange-lock       something is in the place of the lock that is none: nothing
  not-writable       the user who asks may write no lock there, or nobody can: nothing
  torn-tail          the last line of a session file is not complete: nothing
`;
