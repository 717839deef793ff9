package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_RECEIPT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done about each of libkqueue's ways, call by call. */
@ParameterizedClass
@ValueSource(strings = {"linux-x86_64", "linux-aarch64"})
class LibkqueueTest {
  private static final int KQUEUE = 77;
  private static final int FD = 5;
  private static final long ROOM = 1024;

  @Parameter String platform;

  private final long before = NativeMemory.live();
  private final long changes = NativeMemory.allocate(ROOM * 32);
  private final long events = NativeMemory.allocate(ROOM * 32);
  private ScriptedKernel script;
  private Kqueue kqueue;
  private int pending;

  @BeforeEach
  void open() throws IOException {
    script = ScriptedKernel.on(platform);
    script.expect("kqueue").answers(KQUEUE);
    kqueue = Kqueues.open(script.kernel());
  }

  @AfterEach
  void close() {
    script.expect("close", KQUEUE);
    kqueue.close();
    script.close();
    NativeMemory.free(changes);
    NativeMemory.free(events);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  private void change(Kevent change) {
    kqueue
        .layout()
        .put(
            changes + (long) pending++ * 32,
            change.ident(),
            change.filter(),
            change.flags(),
            change.fflags(),
            change.data(),
            change.udata() == null ? 0 : change.udata());
  }

  private int call(int slots) {
    int count = pending;
    pending = 0;
    return kqueue.kevent(changes, count, events, slots, 0);
  }

  /** The deletion before an addition, which mostly finds nothing. */
  private void expectDeletion(Kevent knote) {
    script.expectKevent().changes(knote.delete()).withoutSlots().fails(Errno.ENOENT);
  }

  private void expectChange(Kevent change, Errno failure) {
    var expectation = script.expectKevent().changes(change).withoutSlots();
    if (failure != null) {
      expectation.fails(failure);
    }
  }

  private String answer(int index) {
    long at = events + (long) index * 32;
    assertThat(kqueue.layout().flags(at)).isEqualTo(script.platform().get(EV_ERROR));
    Errno errno = script.platform().errno((int) kqueue.layout().data(at));
    return kqueue.layout().ident(at) + " " + kqueue.layout().udata(at) + " " + errno;
  }

  @Test
  void changesGoOutOneByOneBeforeTheWait() {
    change(script.read(FD).oneShot().udata(1));
    change(script.write(FD).oneShot().udata(2));
    expectDeletion(script.read(FD));
    expectChange(script.read(FD).oneShot().udata(1), null);
    expectDeletion(script.write(FD));
    expectChange(script.write(FD).oneShot().udata(2), null);
    script.expectKevent().changes().forEver().returns(script.write(FD).udata(2));
    assertThat(call(8)).isEqualTo(1);
    assertThat(kqueue.layout().udata(events)).isEqualTo(2);
  }

  /** The library would wait for ever, and forget the failure. */
  @Test
  void aChangeThatFailsIsAnEntryAndEndsTheCallWithoutWaiting() {
    change(script.read(FD).oneShot().udata(1));
    change(script.read(6).oneShot().udata(2));
    change(script.write(7).delete().udata(3));
    expectDeletion(script.read(FD));
    expectChange(script.read(FD).oneShot().udata(1), Errno.EBADF);
    expectDeletion(script.read(6));
    expectChange(script.read(6).oneShot().udata(2), null);
    expectChange(script.write(7).delete().udata(3), Errno.ENOENT);
    assertThat(call(8)).isEqualTo(2);
    assertThat(answer(0)).isEqualTo("5 1 EBADF");
    assertThat(answer(1)).isEqualTo("7 3 ENOENT");
  }

  @Test
  void aFailureWithoutRoomForItIsTheAnswerAndEndsTheList() {
    change(script.read(FD).oneShot());
    change(script.read(6).oneShot());
    change(script.read(7).oneShot());
    expectDeletion(script.read(FD));
    expectChange(script.read(FD).oneShot(), Errno.EPERM);
    expectDeletion(script.read(6));
    expectChange(script.read(6).oneShot(), Errno.EBADF);
    assertThat(call(1)).isEqualTo(-script.platform().number(Errno.EBADF));
  }

  /** The library would go on telling the old udata. */
  @Test
  void aKnoteThatIsAddedAnewHasItsNewUdata() {
    change(script.read(FD).oneShot().udata(1));
    expectDeletion(script.read(FD));
    expectChange(script.read(FD).oneShot().udata(1), null);
    assertThat(call(0)).isZero();

    change(script.read(FD).oneShot().udata(2));
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots();
    expectChange(script.read(FD).oneShot().udata(2), null);
    assertThat(call(0)).isZero();
  }

  @Test
  void timersAndUserEventsAreAddedAsTheyAre() {
    Kevent timer = script.timer(1).flags(EV_ADD, EV_ENABLE, EV_CLEAR).udata(9);
    Kevent user = script.user(2).flags(EV_ADD, EV_CLEAR).udata(8);
    change(timer);
    change(user);
    expectChange(timer, null);
    expectChange(user, null);
    assertThat(call(0)).isZero();
  }

  /** The library takes a receipt that has no room for a failure. */
  @Test
  void receiptsAreGivenWithoutTheLibrary() {
    change(script.timer(1).flags(EV_ADD, EV_RECEIPT).udata(4));
    expectChange(script.timer(1).flags(EV_ADD).udata(4), null);
    assertThat(call(8)).isEqualTo(1);
    assertThat(answer(0)).isEqualTo("1 4 null");
    assertThat(kqueue.layout().data(events)).isZero();
  }

  /** The library would take the next descriptor of the number for this one. */
  @Test
  void aDescriptorIsDeletedBeforeItIsClosed() {
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots();
    expectDeletion(script.write(FD));
    kqueue.forget(FD);
  }

  /** Old releases leave errno at 0, which comes as EIO. */
  @Test
  void aDeletionThatFailsWithoutAReasonFoundNothing() {
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots().fails(Errno.EIO);
    script.expectKevent().changes(script.write(FD).delete()).withoutSlots().fails(Errno.EIO);
    kqueue.forget(FD);

    change(script.read(FD).oneShot());
    script.expectKevent().changes(script.read(FD).delete()).fails(Errno.EIO);
    expectChange(script.read(FD).oneShot(), Errno.EIO);
    assertThat(call(0)).isEqualTo(-script.platform().number(Errno.EIO));
  }

  @Test
  void aDeletionThatFailsWithoutAReasonIsAnsweredWithEnoent() {
    change(script.read(FD).delete());
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots().fails(Errno.EIO);
    assertThat(call(0)).isEqualTo(-script.platform().number(Errno.ENOENT));
  }

  /** Old releases wait for ever with a negative one. */
  @Test
  void anInvalidTimeOutDoesNotReachTheLibrary() {
    long timespec = NativeMemory.allocate(16);
    Memory.putLong(timespec, -1);
    Memory.putLong(timespec + 8, 0);
    change(script.read(FD).oneShot());
    assertThat(kqueue.kevent(changes, pending, events, 8, timespec))
        .isEqualTo(-script.platform().number(Errno.EINVAL));
    pending = 0;
    NativeMemory.free(timespec);
  }

  @Test
  void changesAwaitWaitsAndFiltersAreShared() {
    assertThat(kqueue.changesAwaitWaits()).isTrue();
    assertThat(kqueue.sharesFilters()).isTrue();
  }

  @Test
  void aBatchOf512IsFollowedByTheRest() {
    script
        .expectKevent()
        .changes()
        .returns(readable(0, 512))
        .where(call -> call.slots() == ROOM ? null : "it has " + call.slots() + " slots");
    assertThat(call((int) ROOM)).isEqualTo(512);
    script.expectKevent().changes().returns(readable(512, 100));
    assertThat(call((int) ROOM)).isEqualTo(100);
    assertThat(kqueue.layout().ident(events)).isEqualTo(512);
  }

  private Kevent[] readable(int first, int count) {
    List<Kevent> ready = new ArrayList<>();
    for (int fd = first; fd < first + count; fd++) {
      ready.add(script.read(fd).udata(fd));
    }
    return ready.toArray(Kevent[]::new);
  }

  @Test
  void saysWhoseItIs() {
    assertThat(kqueue.describe()).isEqualTo("kqueue of scripted " + platform);
    assertThat(script.platform().keventStruct("kevent").size()).isEqualTo(32);
    assertThat(script.platform().get(Constant.EVFILT_USER)).isEqualTo(-11);
  }
}
