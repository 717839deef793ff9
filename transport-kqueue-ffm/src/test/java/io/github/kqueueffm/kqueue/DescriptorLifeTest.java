package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_EOF;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.O_RDONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.Room.Event;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that are closed, with and without a word, duplicated, and used again. */
class DescriptorLifeTest extends EmbeddedTest {

  @Test
  void forgottenDescriptorIsSilentThoughADuplicateLives() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    int duplicate = room.dup(pair[0]);
    room.close(pair[0]);
    room.write(pair[1], 1);
    calls.reset();
    assertThat(room.await(20, 8)).isEmpty();
    assertThat(calls.count("epollPwait2")).isEqualTo(1);

    room.change(duplicate, EVFILT_READ, 8, EV_ADD);
    assertThat(room.awaitOne().udata()).isEqualTo(8);
  }

  @Test
  void numberUsedAgainAfterForgetStartsWithoutKnotes() {
    int[] first = room.pair();
    room.change(first[0], EVFILT_READ, 1, EV_ADD);
    room.change(first[0], EVFILT_WRITE, 1, EV_ADD, EV_CLEAR);
    room.poll();
    room.close(first[0]);
    room.close(first[1]);
    int[] second = room.pair();
    assertThat(second).contains(first);
    room.write(second[0], 1);
    room.write(second[1], 1);
    assertThat(room.await(5, 8)).isEmpty();
    assertThat(room.change(first[0], EVFILT_READ, 1, EV_DELETE).send())
        .isEqualTo(-room.number(Errno.ENOENT));

    room.change(first[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
  }

  @Test
  void numberUsedAgainWithoutAWordIsNoticedByTheNewUdata() {
    int[] first = room.pair();
    room.change(first[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.change(first[0], EVFILT_WRITE, 1, EV_ADD).apply();
    room.closeBehind(first[0]);
    room.closeBehind(first[1]);
    int[] second = room.pair();
    assertThat(second).contains(first);
    room.change(first[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT).apply();
    room.write(second[0], 1);
    room.write(second[1], 1);

    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(2);
    assertThat(event.filter()).isEqualTo(room.get(EVFILT_READ));
  }

  @Test
  void clearedKnoteOfANumberUsedAgainWithoutAWordIsNoticedToo() {
    int[] first = room.pair();
    room.change(first[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).apply();
    room.closeBehind(first[0]);
    room.closeBehind(first[1]);
    int[] second = room.pair();
    assertThat(second).contains(first);
    room.change(first[0], EVFILT_READ, 2, EV_ADD, EV_CLEAR).apply();
    room.write(second[0], 1);
    room.write(second[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void changeOfADescriptorClosedWithoutAWordIsRefused() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD).apply();
    room.closeBehind(pair[0]);
    room.change(pair[0], EVFILT_READ, 2, EV_ADD);
    Event answer = room.awaitOne();
    assertThat(room.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(room.number(Errno.EBADF));
  }

  @Test
  void duplicateThatNobodyCanNameDoesNotSpin() {
    makeEpollRebuild();
  }

  private void makeEpollRebuild() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    int[] other = room.pair();
    room.change(other[0], EVFILT_READ, 3, EV_ADD).apply();
    room.dup(pair[0]);
    room.closeBehind(pair[0]);
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    for (int i = 0; i < 5; i++) {
      assertThat(room.await(1, 8)).isEmpty();
    }
    calls.reset();
    assertThat(room.await(20, 8)).isEmpty();
    assertThat(calls.count("epollPwait2")).isEqualTo(1);

    room.write(other[1], 1);
    assertThat(room.awaitOne().udata()).as("the others have moved").isEqualTo(3);
  }

  @Test
  void descriptorFoundClosedByAReportOfWhatIsNotArmedIsSilent() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD).apply();
    room.dup(pair[0]);
    room.closeBehind(pair[0]);
    for (int i = 0; i < 5; i++) {
      assertThat(room.await(1, 8)).isEmpty();
    }
  }

  @Test
  void clearedKnoteDeletedAfterItsDescriptorWasClosedIsSilent() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).apply();
    room.dup(pair[0]);
    room.closeBehind(pair[0]);
    room.change(pair[0], EVFILT_READ, 1, EV_DELETE).apply();
    room.write(pair[1], 1);
    assertThat(room.await(5, 8)).isEmpty();
  }

  @Test
  void rebuiltEpollKeepsClearedKnotes() {
    int[] cleared = room.pair();
    room.change(cleared[0], EVFILT_READ, 5, EV_ADD, EV_CLEAR).apply();
    makeEpollRebuild();
    room.write(cleared[1], 1);
    assertThat(room.await()).extracting(Event::udata).contains(5L);
  }

  @Test
  void sameFileUnderItsOldNumberIsTakenUpAgain() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    int duplicate = room.dup(pair[0]);
    room.closeBehind(pair[0]);
    room.change(pair[0], EVFILT_READ, 2, EV_ADD);
    assertThat(room.is(room.awaitOne(), EV_ERROR)).isTrue();
    assertThat(room.dup(duplicate)).isEqualTo(pair[0]);
    room.change(pair[0], EVFILT_READ, 3, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(3);
  }

  @Test
  void descriptorsOfManyNumbersAreKept() {
    int[][] pairs = new int[40][];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = room.pair();
      room.change(pairs[i][0], EVFILT_READ, i, EV_ADD, EV_ONESHOT);
    }
    room.apply();
    for (int[] pair : pairs) {
      room.write(pair[1], 1);
    }
    assertThat(room.await()).hasSize(pairs.length).doesNotHaveDuplicates();
  }

  @Test
  void eventfdAndPipeAreDescriptorsToo() {
    int eventfd = room.kernel.eventfd(0, 0);
    int[] pipe = room.pipe();
    room.change(eventfd, EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.change(pipe[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT);
    room.change(pipe[1], EVFILT_WRITE, 3, EV_ADD, EV_ONESHOT);
    assertThat(room.awaitOne().udata()).isEqualTo(3);
    room.write(pipe[1], 4);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
    room.close(pipe[0]);
    room.change(pipe[1], EVFILT_WRITE, 3, EV_ADD, EV_ONESHOT);
    assertThat(room.is(room.awaitOne(), EV_EOF)).isTrue();
    assertThat(room.poll()).isEmpty();
    room.kqueue.forget(eventfd);
    assertThat(room.kernel.close(eventfd)).isZero();
  }

  @Test
  void regularFileIsRefusedAsEpollRefusesIt(@TempDir Path directory) throws Exception {
    int fd = openFile(directory);
    room.change(fd, EVFILT_READ, 1, EV_ADD);
    Event answer = room.awaitOne();
    assertThat(room.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(room.number(Errno.EPERM));
    assertThat(room.kernel.close(fd)).isZero();
  }

  /** Opens a regular file, which epoll refuses. */
  private int openFile(Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");
    byte[] path = (file + "\0").getBytes(StandardCharsets.UTF_8);
    long memory = NativeMemory.allocate(path.length);
    Memory.copy(path, 0, memory, path.length);
    int fd = room.kernel.open(memory, room.get(O_RDONLY), 0);
    NativeMemory.free(memory);
    return fd;
  }

  @Test
  void fileUnderTheNumberOfADescriptorClosedWithoutAWordFailsNoCall(@TempDir Path directory)
      throws Exception {
    int[] pair = room.pair();
    int[] other = room.pair();
    room.change(other[0], EVFILT_READ, 2, EV_ADD).apply();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    room.dup(pair[0]);
    room.closeBehind(pair[0]);
    int file = openFile(directory);
    assumeThat(file).isEqualTo(pair[0]);
    for (int i = 0; i < 5; i++) {
      assertThat(room.await(1, 8)).isEmpty();
    }
    room.change(file, EVFILT_READ, 3, EV_ADD);
    Event answer = room.awaitOne();
    assertThat(room.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(room.number(Errno.EPERM));
    room.write(other[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
    assertThat(room.kernel.close(file)).isZero();
  }

  @Test
  void fileUnderTheNumberOfAnArmedKnoteIsRefusedAsANewOne(@TempDir Path directory)
      throws Exception {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.closeBehind(pair[0]);
    int file = openFile(directory);
    assumeThat(file).isEqualTo(pair[0]);
    room.change(file, EVFILT_READ, 3, EV_ADD, EV_ONESHOT);
    Event answer = room.awaitOne();
    assertThat(answer.data()).isEqualTo(room.number(Errno.EPERM));
    assertThat(room.change(file, EVFILT_READ, 1, EV_DELETE).send())
        .isEqualTo(-room.number(Errno.ENOENT));
    assertThat(room.kernel.close(file)).isZero();
  }

  @Test
  void epollThatIsOpenedUnderTheNumberOfAClosedDescriptorIsNotTakenForIt() {
    int[] lost = room.pair();
    int[] cleared = room.pair();
    room.change(lost[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.closeBehind(lost[0]);
    room.change(cleared[0], EVFILT_READ, 2, EV_ADD, EV_CLEAR).apply();
    room.change(lost[0], EVFILT_READ, 3, EV_ADD, EV_ONESHOT);
    Event answer = room.awaitOne();
    assertThat(room.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.data()).isEqualTo(room.number(Errno.EBADF));
    room.write(cleared[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
  }

  @Test
  void epollIsRebuiltUnderTheNumberOfAClosedDescriptor() {
    int[] closed = room.pair();
    room.change(closed[0], EVFILT_READ, 4, EV_ADD, EV_ONESHOT).apply();
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.dup(pair[0]);
    room.closeBehind(pair[0]);
    room.closeBehind(closed[0]);
    // The number is found to be closed, and what still reports has nobody.
    room.change(pair[0], EVFILT_READ, 2, EV_ADD);
    assertThat(room.is(room.awaitOne(), EV_ERROR)).isTrue();
    room.write(pair[1], 1);
    for (int i = 0; i < 5; i++) {
      assertThat(room.await(1, 8)).isEmpty();
    }
    calls.reset();
    assertThat(room.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
  }

  /** Has an operation of epoll_ctl on that descriptor fail. */
  private void refuse(Constant operation, int fd, Errno errno) {
    calls.on(
        "epollCtl",
        arguments ->
            (int) arguments[1] == room.get(operation) && (int) arguments[2] == fd
                ? -room.number(errno)
                : null);
  }

  @Test
  void maskThatCannotBeChangedFailsItsKnoteAndNotTheCall() {
    int[] pair = room.pair();
    int[] other = room.pair();
    room.change(other[0], EVFILT_READ, 3, EV_ADD).apply();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.fill(pair[0]);
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    refuse(Constant.EPOLL_CTL_MOD, pair[0], Errno.ENOMEM);
    Event answer = room.awaitOne();
    assertThat(room.is(answer, EV_ERROR)).isTrue();
    assertThat(answer.udata()).isEqualTo(2);
    assertThat(answer.filter()).isEqualTo(room.get(EVFILT_WRITE));
    assertThat(answer.data()).isEqualTo(room.number(Errno.ENOMEM));
    assertThat(room.await(1, 8)).isEmpty();
    calls.reset();
    assertThat(room.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
    room.write(other[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(3);
  }

  @Test
  void idleWriterThatCannotBeDisarmedFailsNoCall() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_WRITE, 1, EV_ADD, EV_ONESHOT).apply();
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    refuse(Constant.EPOLL_CTL_MOD, pair[0], Errno.ENOMEM);
    for (int i = 0; i < 5; i++) {
      assertThat(room.await(1, 8)).isEmpty();
    }
    calls.reset();
    assertThat(room.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
  }

  @Test
  void descriptorThatARebuiltEpollRefusesFailsItsKnotesOneByOne() {
    int[] pair = room.pair();
    int[] other = room.pair();
    room.fill(other[0]);
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.change(other[0], EVFILT_READ, 3, EV_ADD).apply();
    room.change(other[0], EVFILT_WRITE, 4, EV_ADD).apply();
    room.dup(pair[0]);
    room.closeBehind(pair[0]);
    room.change(pair[0], EVFILT_READ, 2, EV_ADD);
    assertThat(room.is(room.awaitOne(), EV_ERROR)).isTrue();
    refuse(Constant.EPOLL_CTL_ADD, other[0], Errno.ENOSPC);
    room.write(pair[1], 1);
    List<Event> answers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      answers.addAll(room.await(1, 1));
    }
    assertThat(answers).extracting(Event::udata).containsExactlyInAnyOrder(3L, 4L);
    assertThat(answers)
        .allMatch(answer -> room.is(answer, EV_ERROR))
        .extracting(Event::data)
        .containsOnly((long) room.number(Errno.ENOSPC));
    calls.reset();
    assertThat(room.await(20, 8)).isEmpty();
    assertThat(calls.count("epollPwait2")).isEqualTo(1);
    calls.restore("epollCtl");
    room.change(other[0], EVFILT_READ, 5, EV_ADD).apply();
    room.write(other[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(5);
  }

  @Test
  void releasedDescriptorWithASpentKnoteIsSilentThoughADuplicateLives() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    calls.reset();
    room.kqueue.release(pair[0]);
    assertThat(calls.count("epollCtl")).isEqualTo(1);
    room.dup(pair[0]);
    room.closeBehind(pair[0]);
    calls.reset();
    assertThat(room.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
  }

  @Test
  void releasedDescriptorKeepsWhatItHasAKnoteFor() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_DISABLE).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    calls.reset();
    room.kqueue.release(pair[0]);
    assertThat(calls.count("epollCtl")).isZero();
    room.change(pair[0], EVFILT_WRITE, 2, EV_ENABLE);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
  }

  @Test
  void releasedDescriptorMayBeAddedAgain() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.change(pair[0], EVFILT_READ, 1, EV_DELETE).apply();
    room.kqueue.release(pair[0]);
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
  }

  @Test
  void deletionThatFailsForgetsTheDescriptorAllTheSame() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD);
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_CLEAR).apply();
    refuse(Constant.EPOLL_CTL_DEL, pair[0], Errno.ENOMEM);
    room.kqueue.forget(pair[0]);
    room.write(pair[1], 1);
    for (int i = 0; i < 5; i++) {
      assertThat(room.await(1, 8)).isEmpty();
    }
    calls.restore("epollCtl");
    calls.reset();
    assertThat(room.await(20, 8)).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
    room.change(pair[0], EVFILT_READ, 3, EV_ADD, EV_ONESHOT);
    assertThat(room.awaitOne().udata()).isEqualTo(3);
    room.change(pair[0], EVFILT_WRITE, 4, EV_ADD, EV_CLEAR);
    assertThat(room.awaitOne().udata()).isEqualTo(4);
  }

  @Test
  void forgettingWhatWasNeverAddedIsNothing() {
    calls.reset();
    room.kqueue.forget(0);
    room.kqueue.forget(-1);
    room.kqueue.release(1_000_000);
    room.kqueue.forget(1_000_000);
    assertThat(calls.count("epollCtl")).isZero();
  }
}
