package io.github.kqueueffm.kqueue;

/** EVFILT_USER. */
final class UserEvents {
  private final Numbers n;
  private final IdentMap knotes;
  private final ActiveKnotes active;

  UserEvents(Numbers numbers, IdentMap knotes, ActiveKnotes active) {
    this.n = numbers;
    this.knotes = knotes;
    this.active = active;
  }

  /** Returns 0 or the negative errno. */
  int apply(long ident, int flags, int fflags, long data, long udata) {
    IdentKnote knote = knotes.get(ident);
    if ((flags & n.delete) != 0) {
      return delete(knote);
    }
    if (knote == null && (flags & n.add) == 0) {
      return -n.enoent;
    }
    if ((flags & (n.enable | n.disable)) == (n.enable | n.disable)) {
      return -n.einval;
    }
    if (knote == null) {
      knote = create(ident, flags, fflags);
    } else {
      knote.fflags = combine(knote.fflags, fflags);
      knote.enabled = (flags & n.enable) != 0 || knote.enabled && (flags & n.disable) == 0;
    }
    knote.data = data;
    knote.udata = udata;
    // Darwin takes a trigger in the creating change too, the other systems drop it: a wakeup too
    // many is better than one lost.
    knote.active |= (fflags & n.trigger) != 0;
    active.update(knote);
    return 0;
  }

  private int delete(IdentKnote knote) {
    if (knote == null) {
      return -n.enoent;
    }
    knote.active = false;
    active.update(knote);
    knotes.remove(knote);
    return 0;
  }

  private IdentKnote create(long ident, int flags, int fflags) {
    IdentKnote knote = knotes.create(ident);
    knote.filter = n.filterUser;
    knote.flags = flags & n.lasting;
    knote.fflags = fflags & n.fflagsMask;
    knote.enabled = (flags & n.disable) == 0;
    knote.active = false;
    return knote;
  }

  private int combine(int old, int change) {
    int operation = change & n.fflagsControl;
    int bits = change & n.fflagsMask;
    if (operation == n.fflagsAnd) {
      return old & bits;
    }
    if (operation == n.fflagsOr) {
      return old | bits;
    }
    return operation == n.fflagsCopy ? bits : old;
  }
}
