package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_USER;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.syscall.NativeMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of several threads at once. Each test of a wait would last 10 seconds if it failed. */
@Tag("real")
class ThreadsTest extends AbstractEpollKqueueTest {
  private static final long LONG = 10_000;

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() throws InterruptedException {
    threads.shutdown();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Another thread's view of the fixture's kqueue. */
  private KqueueFixture other() {
    return new KqueueFixture(fixture.kernel, new Borrowed(fixture.kqueue));
  }

  /** Has a thread wait, and returns once it is in the kernel. */
  private Future<List<Event>> waiting(long millis) {
    calls.reset();
    Future<List<Event>> future = threads.submit(() -> inOther(other -> other.await(millis, 16)));
    while (calls.count("epollPwait2") + calls.count("epollWait") == 0) {
      LockSupport.parkNanos(100_000);
    }
    return future;
  }

  private interface Step<T> {
    T with(KqueueFixture other);
  }

  private <T> T inOther(Step<T> step) {
    try (KqueueFixture other = other()) {
      return step.with(other);
    }
  }

  private static List<Event> soon(Future<List<Event>> future) throws Exception {
    return future.get(LONG / 2, TimeUnit.MILLISECONDS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void changeOfAnotherThreadIsSeenByTheOneThatWaits(boolean precise) throws Exception {
    forbidPreciseWaits(precise);
    int[] pair = fixture.pair();
    fixture.write(pair[1], 1);
    Future<List<Event>> waiting = waiting(LONG);
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    assertThat(soon(waiting)).extracting(Event::udata).containsExactly(7L);
  }

  private void forbidPreciseWaits(boolean precise) {
    if (!precise) {
      calls.fail("epollPwait2", Errno.EPERM);
    }
  }

  @Test
  void armingAgainWhileAnotherThreadWaitsIsNotLost() throws Exception {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    fixture.awaitOne();
    for (int i = 0; i < 200; i++) {
      Future<List<Event>> waiting = threads.submit(() -> inOther(other -> other.await(LONG, 16)));
      fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
      assertThat(soon(waiting)).extracting(Event::udata).containsExactly(7L);
    }
  }

  @Test
  void writeOfAnotherThreadIsSeenByTheOneThatWaits() throws Exception {
    int[] pair = fixture.pair();
    Future<List<Event>> waiting = waiting(LONG);
    fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT).apply();
    assertThat(soon(waiting)).extracting(Event::udata).containsExactly(7L);
    calls.reset();
    assertThat(fixture.await(10, 8)).isEmpty();
    assertThat(calls.count("epollPwait2")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void triggerEndsTheWaitOfAnotherThread(boolean precise) throws Exception {
    forbidPreciseWaits(precise);
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
    for (int i = 0; i < 20; i++) {
      Future<List<Event>> waiting = waiting(LONG);
      trigger(fixture);
      assertThat(soon(waiting)).extracting(Event::udata).containsExactly(7L);
    }
  }

  private static void trigger(KqueueFixture fixture) {
    fixture.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 7).apply();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void timerOfAnotherThreadEndsTheWait(boolean precise) throws Exception {
    forbidPreciseWaits(precise);
    for (long millis : new long[] {0, 20}) {
      Future<List<Event>> waiting = waiting(LONG);
      int flags = fixture.flags(EV_ADD, EV_ONESHOT);
      fixture.change(9, EVFILT_TIMER, flags, 0, millis, 7).apply();
      assertThat(soon(waiting)).extracting(Event::udata).containsExactly(7L);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void threadsThatWaitHaveTheirOwnTimeOuts(boolean precise) throws Exception {
    forbidPreciseWaits(precise);
    List<Future<Long>> lasted = new ArrayList<>();
    for (long millis : new long[] {120, 20, 70}) {
      Callable<Long> waiter =
          () -> {
            long start = System.nanoTime();
            List<Event> found = inOther(other -> other.await(millis, 8));
            assertThat(found).isEmpty();
            return (System.nanoTime() - start) / 1_000_000 - millis;
          };
      lasted.add(threads.submit(waiter));
    }
    for (Future<Long> excess : lasted) {
      assertThat(excess.get(LONG, TimeUnit.MILLISECONDS)).isBetween(0L, 3_000L);
    }
  }

  @Test
  void triggerWhileNobodyWaitsIsNoSystemCall() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
    calls.reset();
    trigger(fixture);
    trigger(fixture);
    assertThat(calls.count("write")).isZero();
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void everyTriggerOfManyThreadsIsFollowedByAnEvent() throws Exception {
    int idents = 4;
    long each = 250_000;
    AtomicLong[] sent = new AtomicLong[idents];
    long[] seen = new long[idents];
    for (int i = 0; i < idents; i++) {
      sent[i] = new AtomicLong();
      fixture.change(i, EVFILT_USER, i, EV_ADD, EV_CLEAR).apply();
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
    List<Future<?>> senders = new ArrayList<>();
    for (int i = 0; i < idents; i++) {
      int ident = i;
      senders.add(threads.submit(() -> sendTriggers(ident, sent[ident], each, deadline)));
    }
    // A trigger that is counted before it is sent has to be followed by an event.
    while (!senders.stream().allMatch(Future::isDone) || !isUpToDate(sent, seen)) {
      boolean upToDate = isUpToDate(sent, seen);
      List<Event> found = fixture.await(upToDate ? 10 : LONG, 8);
      // All may have been seen although a sender is not quite done.
      assertThat(!found.isEmpty() || upToDate).as("no trigger was lost").isTrue();
      for (Event event : found) {
        seen[(int) event.ident()] = event.data();
      }
    }
    for (Future<?> sender : senders) {
      sender.get();
    }
  }

  private static boolean isUpToDate(AtomicLong[] sent, long[] seen) {
    for (int i = 0; i < sent.length; i++) {
      if (seen[i] != sent[i].get()) {
        return false;
      }
    }
    return true;
  }

  private void sendTriggers(int ident, AtomicLong sent, long count, long deadline) {
    Kqueue kqueue = fixture.kqueue;
    long change = NativeMemory.allocate(kqueue.layout().size());
    for (long i = 1; i <= count && System.nanoTime() - deadline < 0; i++) {
      sent.set(i);
      int user = fixture.get(EVFILT_USER);
      kqueue.layout().put(change, ident, user, 0, fixture.get(NOTE_TRIGGER), i, ident);
      if (kqueue.kevent(change, 1, 0, 0, 0) != 0) {
        throw new AssertionError("kevent");
      }
    }
    NativeMemory.free(change);
  }

  @Test
  void eventsAreSharedOutAmongThreadsAndNoneIsLostOrDoubled() throws Exception {
    int count = 60;
    int[][] pairs = new int[count][];
    for (int i = 0; i < count; i++) {
      pairs[i] = fixture.pair();
      fixture.change(pairs[i][0], EVFILT_READ, i, EV_ADD, EV_ONESHOT);
    }
    fixture.apply();
    AtomicLong left = new AtomicLong(count);
    List<Future<List<Long>>> takers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      takers.add(threads.submit(() -> inOther(other -> takeUntilNoneIsLeft(other, left))));
    }
    for (int[] pair : pairs) {
      fixture.write(pair[1], 1);
    }
    List<Long> all = new ArrayList<>();
    for (Future<List<Long>> taker : takers) {
      all.addAll(taker.get(20, TimeUnit.SECONDS));
    }
    assertThat(all).hasSize(count).doesNotHaveDuplicates();
  }

  private static List<Long> takeUntilNoneIsLeft(KqueueFixture other, AtomicLong left) {
    List<Long> taken = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONG);
    while (left.get() > 0 && System.nanoTime() - deadline < 0) {
      List<Event> found = other.await(100, 4);
      found.forEach(event -> taken.add(event.udata()));
      left.addAndGet(-found.size());
    }
    return taken;
  }

  @Test
  void forgettingOfAnotherThreadSilencesADescriptor() throws Exception {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    Future<List<Event>> waiting = waiting(50);
    fixture.kqueue.forget(pair[0]);
    fixture.write(pair[1], 1);
    assertThat(soon(waiting)).isEmpty();
  }

  @Test
  void releaseForgetAndCloseLeaveTheLockToOtherThreads() throws Exception {
    int[] pair = fixture.pair();
    fixture.kqueue.release(pair[0]);
    fixture.kqueue.forget(pair[0]);
    assertThat(threads.submit(() -> inOther(KqueueFixture::poll)).get(LONG, TimeUnit.MILLISECONDS))
        .isEmpty();
    fixture.kqueue.close();
    int answer =
        threads.submit(() -> inOther(other -> other.call(0, 1))).get(LONG, TimeUnit.MILLISECONDS);
    assertThat(answer).isEqualTo(-fixture.number(Errno.EBADF));
  }

  @Test
  void rebuildingWhileAnotherThreadWaitsDoesNotLeaveItBehind() throws Exception {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    int[] late = fixture.pair();
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    Future<List<Event>> waiting = waiting(LONG);
    for (int i = 0; i < 6; i++) {
      assertThat(fixture.await(1, 8)).isEmpty();
    }
    fixture.change(late[0], EVFILT_READ, 2, EV_ADD).apply();
    fixture.write(late[1], 1);
    assertThat(soon(waiting)).extracting(Event::udata).containsExactly(2L);
    assertThat(calls.count("epollCreate1")).as("it was rebuilt").isEqualTo(1);
  }

  @Test
  void wakeupThatFailsIsTheAnswerOfChangesAloneAndIsTriedAgain() throws Exception {
    fixture.change(1, EVFILT_USER, 1, EV_ADD, EV_CLEAR).apply();
    CountDownLatch asleep = new CountDownLatch(1);
    calls.on(
        "epollPwait2",
        arguments -> {
          asleep.countDown();
          return null;
        });
    Future<List<Event>> sleeper = threads.submit(() -> inOther(other -> other.await(LONG, 1)));
    await(asleep);
    calls.fail("write", Errno.EPERM);
    assertThat(fixture.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 1).send())
        .isEqualTo(-fixture.number(Errno.EPERM));
    calls.restore("write");
    fixture.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 1).apply();
    assertThat(soon(sleeper)).extracting(Event::udata).containsExactly(1L);
  }

  /** The poll comes between the other thread's decision to sleep and its sleep. */
  @Test
  void pollThatTakesTheWakeupOfASleeperPassesItOn() throws Exception {
    fixture.change(1, EVFILT_USER, 1, EV_ADD, EV_CLEAR);
    fixture.change(2, EVFILT_USER, 2, EV_ADD, EV_CLEAR).apply();
    CountDownLatch decided = new CountDownLatch(1);
    CountDownLatch polled = new CountDownLatch(1);
    Thread poller = Thread.currentThread();
    calls.on(
        "epollPwait2",
        arguments -> {
          if (Thread.currentThread() != poller) {
            decided.countDown();
            await(polled);
          }
          return null;
        });
    Future<List<Event>> sleeper = threads.submit(() -> inOther(other -> other.await(LONG, 1)));
    await(decided);
    fixture.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 1);
    fixture.change(2, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 2).apply();
    List<Event> taken = fixture.await(0, 1);
    polled.countDown();
    assertThat(taken).hasSize(1);
    long left = 3 - taken.get(0).udata();
    assertThat(soon(sleeper)).extracting(Event::udata).containsExactly(left);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(LONG, TimeUnit.MILLISECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
