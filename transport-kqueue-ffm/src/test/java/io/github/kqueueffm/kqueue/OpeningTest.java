package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which provider is opened, what happens when that fails, and what is left when it is closed. */
@Needs(SystemPromise.EPOLL)
class OpeningTest {
  private final CountingKernel calls = CountingKernel.over(Kernels.system());

  @ParameterizedTest
  @CsvSource({
    "epollCreate1,epoll_create1,EMFILE",
    "eventfd,eventfd,EMFILE",
    "epollCtl,epoll_ctl,EMFILE",
    "epollCreate1,epoll_create1,EPERM",
    "eventfd,eventfd,ENOSYS",
    "eventfd,eventfd,EPERM",
    "eventfd,eventfd,EACCES",
    "eventfd,eventfd,EINVAL",
    "eventfd,eventfd,EOPNOTSUPP",
    "epollCtl,epoll_ctl,EPERM",
    "epollWait,epoll_wait,EPERM",
  })
  void failureNamesItsCallAndLeavesNothingBehind(String method, String call, Errno errno) {
    long memory = NativeMemory.live();
    calls.fail(method, errno);
    assertThatThrownBy(() -> EpollKqueue.open(calls.kernel(), false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(call)
        .hasMessageContaining("(" + calls.kernel().platform().number(errno) + ")");
    assertThat(NativeMemory.live()).isEqualTo(memory);
    assertThat(calls.count("close")).isEqualTo(descriptorsMade(method));
  }

  @Test
  void signalInTheFirstWaitDoesNotKeepItFromOpening() throws Exception {
    calls.fail("epollWait", Errno.EINTR);
    try (Kqueue kqueue = EpollKqueue.open(calls.kernel(), false)) {
      assertThat(kqueue.describe()).isEqualTo("embedded kqueue (epoll)");
    }
  }

  private static long descriptorsMade(String failing) {
    return switch (failing) {
      case "epollCreate1" -> 0;
      case "eventfd" -> 1;
      default -> 2;
    };
  }

  @Test
  void descriptorsAreClosedOnExecAndTheEventfdDoesNotBlock() throws Exception {
    Platform platform = calls.kernel().platform();
    int flags = platform.get(Constant.EFD_NONBLOCK) | platform.get(Constant.EFD_CLOEXEC);
    calls.on("eventfd", arguments -> check((int) arguments[1], flags));
    int cloexec = platform.get(Constant.EPOLL_CLOEXEC);
    calls.on("epollCreate1", arguments -> check((int) arguments[0], cloexec));
    try (Kqueue plain = EpollKqueue.open(calls.kernel(), false);
        Kqueue detailed = EpollKqueue.open(calls.kernel(), true)) {
      assertThat(plain.describe()).isEqualTo("embedded kqueue (epoll)");
      assertThat(detailed.describe()).isEqualTo("embedded kqueue (epoll, detailed)");
    }
  }

  private static Number check(int flags, int expected) {
    assertThat(flags).isEqualTo(expected);
    return null;
  }

  @Test
  void closingClosesEveryDescriptorThatWasMade() throws Exception {
    calls.fail("epollPwait2", Errno.ENOSYS);
    long memory = NativeMemory.live();
    KqueueFixture fixture =
        new KqueueFixture(calls.kernel(), EpollKqueue.open(calls.kernel(), true));
    int[] pair = fixture.pair();
    fixture.change(pair[0], Constant.EVFILT_READ, 1, Constant.EV_ADD, Constant.EV_CLEAR);
    fixture.change(pair[0], Constant.EVFILT_WRITE, 1, Constant.EV_ADD, Constant.EV_CLEAR).apply();
    assertThat(fixture.poll()).hasSize(1);
    // A wait that comes to an end before it begins, on a busy machine, needs no timerfd.
    do {
      assertThat(fixture.await(2, 8)).isEmpty();
    } while (calls.count("timerfdSettime") == 0);
    calls.reset();
    fixture.kqueue.close();
    assertThat(calls.count("close")).as("three epolls, an eventfd, a timerfd").isEqualTo(5);
    fixture.close();
    assertThat(NativeMemory.live()).isEqualTo(memory);
  }

  @Test
  void kqueueOfTheLibraryIsTakenWhereThereIsOne() throws Exception {
    List<String> deletions = new ArrayList<>();
    CountingKernel library = library(deletions, Errno.ENOENT);
    try (Kqueue kqueue = Kqueues.open(library.kernel())) {
      assertThat(kqueue).isInstanceOf(Libkqueue.class);
      kqueue.forget(5);
    }
    assertThat(deletions).containsExactly("77: 5 EVFILT_READ", "77: 5 EVFILT_WRITE");
    assertThat(library.count("close")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"KQUEUE", "KEVENT"})
  void libraryThatHasOneOfTheTwoFunctionsIsNotTaken(Call only) throws Exception {
    calls.with(only);
    try (Kqueue kqueue = Kqueues.open(calls.kernel())) {
      assertThat(kqueue).isInstanceOf(EpollKqueue.class);
    }
  }

  /** A libkqueue that has descriptor 77 and answers to deletions only. */
  private CountingKernel library(List<String> deletions, Errno answer) {
    Platform platform = Kernels.system().platform();
    KeventLayout layout = new KeventLayout(Kernels.system().keventStruct());
    return calls
        .with(Call.KQUEUE)
        .with(Call.KEVENT)
        .on("kqueue", arguments -> 77)
        .on("close", arguments -> 0)
        .on(
            "kevent",
            arguments -> {
              long change = (long) arguments[1];
              assertThat(layout.flags(change)).isEqualTo(platform.get(Constant.EV_DELETE));
              assertThat(arguments[2]).isEqualTo(1);
              assertThat(arguments[4]).isEqualTo(0);
              boolean read = layout.filter(change) == platform.get(Constant.EVFILT_READ);
              deletions.add(
                  arguments[0]
                      + ": "
                      + layout.ident(change)
                      + (read ? " EVFILT_READ" : " EVFILT_WRITE"));
              return -platform.number(answer);
            });
  }

  @Test
  void forgettingAnAlreadyClosedDescriptorIsNoErrorOfTheLibrary_libkqueue58() throws Exception {
    List<String> deletions = new ArrayList<>();
    try (Kqueue kqueue = Kqueues.open(library(deletions, Errno.EBADF).kernel())) {
      kqueue.forget(5);
    }
    assertThat(deletions).hasSize(2);
  }

  @Test
  void errorOfTheLibraryThatIsNotExpectedIsNotHidden() throws Exception {
    try (Kqueue kqueue = Kqueues.open(library(new ArrayList<>(), Errno.ENOMEM).kernel())) {
      assertThatThrownBy(() -> kqueue.forget(5))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("ENOMEM");
    }
  }

  @Test
  void failureOfTheKernelsKqueueNamesTheCall() {
    calls.with(Call.KQUEUE).with(Call.KEVENT).fail("kqueue", Errno.ENFILE);
    assertThatThrownBy(() -> Kqueues.open(calls.kernel()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("kqueue")
        .hasMessageContaining("ENFILE")
        .hasMessageContaining("kern.maxfiles");
    calls.fail("kqueue", Errno.EMFILE);
    assertThatThrownBy(() -> Kqueues.open(calls.kernel())).hasMessageContaining("ulimit -n");
  }
}
