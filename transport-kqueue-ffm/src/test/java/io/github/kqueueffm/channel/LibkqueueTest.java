package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.kqueue.ImitatedLibrary;
import io.github.kqueueffm.syscall.Kernels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Channels on libkqueue: each of its releases, imitated, and the one that this machine has. */
class LibkqueueTest {

  @BeforeEach
  void needLinux() {
    assumeThat(Kernels.system().platform().isLinux()).as("Linux").isTrue();
  }

  @Test
  void rigOfTheDatagramTestsWaitsForWhatALibraryFreesAMomentLater() {
    ImitatedLibrary library = new ImitatedLibrary(Kernels.system(), ImitatedLibrary.Version.V2_7);
    DatagramRig rig = new DatagramRig(library.kernel());
    assertThat(rig.local(new Inbox()).isActive()).isTrue();
    rig.close();
  }
}
