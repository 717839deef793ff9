package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

/** Random changes and traffic on socket pairs: the embedded kqueue says what a model says. */
class ModelPropertyTest {
  private static final int PAIRS = 3;

  enum Kind {
    ADD,
    ADD_NEW_UDATA,
    DELETE,
    ENABLE,
    DISABLE,
    RECEIVE,
    DRAIN,
    FILL,
    MAKE_ROOM,
    PEER_CLOSES,
    REOPEN,
    POLL,
    POLL_LITTLE,
    TRIGGER,
    TRIGGER_TWO_POLL_ONE,
    WAIT
  }

  /** What takes readiness away could do so before a thread that waits has seen it. */
  private static final EnumSet<Kind> OF_ONE_THREAD =
      EnumSet.of(Kind.DRAIN, Kind.FILL, Kind.MAKE_ROOM);

  /**
   * One thing done.
   *
   * @param flags EV_ONESHOT and the like of an addition, as a number from 0 to 3
   */
  record Step(Kind kind, int pair, boolean read, int flags) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return steps(
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of(Kind.ADD, Kind.RECEIVE, Kind.POLL)),
            Tuple.of(2, Arbitraries.of(EnumSet.range(Kind.ADD, Kind.TRIGGER_TWO_POLL_ONE)))));
  }

  @Provide
  Arbitrary<List<Step>> stepsOfThreads() {
    return steps(
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of(Kind.WAIT, Kind.ADD, Kind.TRIGGER_TWO_POLL_ONE)),
            Tuple.of(4, Arbitraries.of(EnumSet.complementOf(OF_ONE_THREAD)))));
  }

  private static Arbitrary<List<Step>> steps(Arbitrary<Kind> kinds) {
    return Combinators.combine(
            kinds,
            Arbitraries.integers().between(0, PAIRS - 1),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 3))
        .as(Step::new)
        .list()
        .ofMinSize(5)
        .ofMaxSize(60);
  }

  @Property(shrinking = ShrinkingMode.BOUNDED)
  void embeddedKqueueDoesAsTheModel(@ForAll("steps") List<Step> steps) throws IOException {
    assumeThat(Kernels.system().has(Call.EPOLL_CREATE1)).isTrue();
    long memory = NativeMemory.live();
    try (KqueueFixture fixture =
        new KqueueFixture(Kernels.system(), EpollKqueue.open(Kernels.system(), false))) {
      Run run = new Run(fixture);
      steps.forEach(run::step);
      run.poll(64);
    }
    assertThat(NativeMemory.live()).isEqualTo(memory);
  }

  /** Not shrunk, since a failure lasts as long as the wait whose event is lost. */
  @Property(shrinking = ShrinkingMode.OFF)
  void embeddedKqueueDoesAsTheModelWithThreadsThatWait(
      @ForAll("stepsOfThreads") List<Step> steps, @ForAll boolean precise) throws IOException {
    assumeThat(Kernels.system().has(Call.EPOLL_CREATE1)).isTrue();
    long memory = NativeMemory.live();
    CountingKernel calls = CountingKernel.over(Kernels.system());
    try (KqueueFixture fixture =
            new KqueueFixture(calls.kernel(), EpollKqueue.open(calls.kernel(), false));
        Workers workers = new Workers(fixture, calls, precise)) {
      Run run = new Run(fixture);
      for (Step step : steps) {
        run.step(step, workers);
      }
      while (workers.anyWaits()) {
        run.step(new Step(Kind.TRIGGER, 0, false, 0), workers);
      }
      run.poll(64);
    }
    assertThat(NativeMemory.live()).isEqualTo(memory);
  }

  /** What a kqueue knows of one filter of one descriptor. */
  private static final class Knote {
    private boolean present;
    private boolean enabled;
    private int flags;
    private long udata;

    /** Of EV_CLEAR: there is something new. */
    private boolean edge;
  }

  private static final class Pair {
    private final Knote read = new Knote();
    private final Knote write = new Knote();
    private int near;
    private int far;
    private boolean data;
    private boolean full;
    private boolean ended;

    private Knote knote(boolean isRead) {
      return isRead ? read : write;
    }

    private boolean ready(boolean isRead) {
      return ended || (isRead ? data : !full);
    }
  }

  private static final class Run {
    private static final int USERS = 2;
    private static final long USER_UDATA = 1_000_000;

    private final KqueueFixture fixture;
    private final Pair[] pairs = new Pair[PAIRS];
    private final int[] flagSets;

    /** Whether a user event was triggered and not reported since. */
    private final boolean[] triggered = new boolean[USERS];

    private long lastUdata;

    Run(KqueueFixture fixture) {
      this.fixture = fixture;
      flagSets =
          new int[] {
            0,
            fixture.get(Constant.EV_ONESHOT),
            fixture.get(Constant.EV_DISPATCH),
            fixture.get(Constant.EV_CLEAR)
          };
      for (int i = 0; i < PAIRS; i++) {
        open(i);
      }
      for (int i = 0; i < USERS; i++) {
        Constant user = Constant.EVFILT_USER;
        fixture.change(i, user, USER_UDATA + i, Constant.EV_ADD, Constant.EV_CLEAR).apply();
      }
    }

    private void open(int i) {
      int[] ends = fixture.pair();
      pairs[i] = new Pair();
      pairs[i].near = ends[0];
      pairs[i].far = ends[1];
      pairs[i].read.udata = ++lastUdata;
      pairs[i].write.udata = ++lastUdata;
    }

    /**
     * Of threads that wait, one after the other gets what is expected until nothing is, so that
     * after each step either nothing is expected or none waits.
     */
    void step(Step step, Workers workers) {
      if (step.kind() == Kind.WAIT) {
        workers.start(step.flags() % 2 == 0 ? 1 : 64, step.read());
      } else if (step.kind() == Kind.TRIGGER_TWO_POLL_ONE) {
        triggerAll();
        // Those that wait may be faster.
        take(fixture.await(0, 1));
      } else {
        step(step);
      }
      if (step.kind() != Kind.WAIT) {
        workers.release();
      }
      while (workers.anyWaits() && !expected().isEmpty()) {
        take(workers.take());
      }
    }

    private void take(List<Event> found) {
      assertThat(found.stream().map(Event::udata)).doesNotHaveDuplicates().isSubsetOf(expected());
      found.forEach(this::reported);
    }

    private void triggerAll() {
      for (int i = 0; i < USERS; i++) {
        changeTrigger(i);
      }
      fixture.apply();
    }

    private void changeTrigger(int user) {
      int trigger = fixture.get(Constant.NOTE_TRIGGER);
      fixture.change(user, Constant.EVFILT_USER, 0, trigger, 0, USER_UDATA + user);
      triggered[user] = true;
    }

    void step(Step step) {
      Pair pair = pairs[step.pair()];
      Knote knote = pair.knote(step.read());
      switch (step.kind()) {
        case ADD -> add(pair, knote, step, knote.udata);
        case ADD_NEW_UDATA -> add(pair, knote, step, ++lastUdata);
        case DELETE -> delete(pair, knote, step);
        case ENABLE -> change(pair, knote, step, Constant.EV_ENABLE, true);
        case DISABLE -> change(pair, knote, step, Constant.EV_DISABLE, false);
        case RECEIVE -> receive(pair);
        case DRAIN -> {
          fixture.drain(pair.near);
          pair.data = false;
        }
        case FILL -> fill(pair);
        case MAKE_ROOM -> makeRoom(pair);
        case PEER_CLOSES -> endOfPeer(pair);
        case REOPEN -> reopen(step.pair());
        case POLL -> poll(64);
        case POLL_LITTLE -> poll(2);
        case TRIGGER -> {
          changeTrigger(step.pair() % USERS);
          fixture.apply();
        }
        case TRIGGER_TWO_POLL_ONE -> {
          triggerAll();
          poll(1);
        }
        default -> throw new AssertionError(step);
      }
    }

    private Constant filter(boolean read) {
      return read ? Constant.EVFILT_READ : Constant.EVFILT_WRITE;
    }

    private void add(Pair pair, Knote knote, Step step, long udata) {
      // An edge of the write side may be reported once more than the model knows.
      int flags = flagSets[step.read() ? step.flags() : step.flags() % 3];
      int all = fixture.get(Constant.EV_ADD) | flags;
      fixture.change(pair.near, filter(step.read()), all, 0, 0, udata).apply();
      if (!knote.present) {
        knote.present = true;
        knote.enabled = true;
        knote.flags = flags;
      }
      knote.udata = udata;
      knote.edge = knote.enabled;
    }

    private void delete(Pair pair, Knote knote, Step step) {
      fixture.change(pair.near, filter(step.read()), knote.udata, Constant.EV_DELETE);
      assertThat(fixture.send()).isEqualTo(knote.present ? 0 : -fixture.number(Errno.ENOENT));
      knote.present = false;
    }

    private void change(Pair pair, Knote knote, Step step, Constant flag, boolean enabled) {
      fixture.change(pair.near, filter(step.read()), knote.udata, flag);
      assertThat(fixture.send()).isEqualTo(knote.present ? 0 : -fixture.number(Errno.ENOENT));
      knote.enabled = enabled;
      knote.edge |= enabled;
    }

    private void receive(Pair pair) {
      if (!pair.ended && fixture.kernel.write(pair.far, fixture.buffer(), 10) == 10) {
        pair.data = true;
        pair.read.edge = true;
      }
    }

    private void fill(Pair pair) {
      if (!pair.ended) {
        fixture.fill(pair.near);
        pair.full = true;
      }
    }

    private void makeRoom(Pair pair) {
      if (!pair.ended) {
        fixture.drain(pair.far);
        pair.full = false;
      }
    }

    private void endOfPeer(Pair pair) {
      if (!pair.ended) {
        fixture.close(pair.far);
        pair.ended = true;
        pair.read.edge = true;
      }
    }

    private void reopen(int i) {
      fixture.close(pairs[i].near);
      if (!pairs[i].ended) {
        fixture.close(pairs[i].far);
      }
      open(i);
    }

    private Set<Long> expected() {
      Set<Long> expected = new TreeSet<>();
      for (Pair pair : pairs) {
        expect(expected, pair, true);
        expect(expected, pair, false);
      }
      for (int i = 0; i < USERS; i++) {
        if (triggered[i]) {
          expected.add(USER_UDATA + i);
        }
      }
      return expected;
    }

    void poll(int most) {
      Set<Long> expected = expected();
      List<Event> found = fixture.await(0, most);
      List<Long> tokens = found.stream().map(Event::udata).toList();
      assertThat(tokens).doesNotHaveDuplicates().isSubsetOf(expected);
      if (expected.size() <= most && most == 64) {
        assertThat(tokens).hasSameSizeAs(expected);
      }
      assertThat(tokens.isEmpty()).isEqualTo(expected.isEmpty());
      found.forEach(this::reported);
    }

    private void expect(Set<Long> expected, Pair pair, boolean read) {
      Knote knote = pair.knote(read);
      boolean due = !isCleared(knote) || knote.edge;
      if (knote.present && knote.enabled && due && pair.ready(read)) {
        expected.add(knote.udata);
      }
    }

    private boolean isCleared(Knote knote) {
      return knote.flags == fixture.get(Constant.EV_CLEAR);
    }

    private void reported(Event event) {
      if (event.filter() == fixture.get(Constant.EVFILT_USER)) {
        assertThat(event.udata()).isEqualTo(USER_UDATA + event.ident());
        triggered[(int) event.ident()] = false;
      } else {
        reportedOfPair(event);
      }
    }

    private void reportedOfPair(Event event) {
      boolean read = event.filter() == fixture.get(Constant.EVFILT_READ);
      for (Pair pair : pairs) {
        if (pair.near == event.ident()) {
          Knote knote = pair.knote(read);
          assertThat(event.udata()).isEqualTo(knote.udata);
          assertThat(fixture.is(event, Constant.EV_EOF)).isEqualTo(pair.ended);
          knote.edge = false;
          knote.enabled &= knote.flags != fixture.get(Constant.EV_DISPATCH);
          knote.present &= knote.flags != fixture.get(Constant.EV_ONESHOT);
        }
      }
    }
  }
}
