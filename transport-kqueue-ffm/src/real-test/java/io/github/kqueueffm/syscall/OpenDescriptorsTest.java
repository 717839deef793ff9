package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Both ways to count what is open see what is opened and closed. */
@Tag("real")
class OpenDescriptorsTest {
  private static final int OPENED = 10;

  @Test
  void eachWayOfCountingSeesWhatIsOpenedAndClosed() throws IOException {
    Kernel kernel = Kernels.system();
    int family = kernel.platform().get(Constant.AF_INET);
    int stream = kernel.platform().get(Constant.SOCK_STREAM);
    KernelSocket[] sockets = new KernelSocket[OPENED];
    int asked = OpenDescriptors.count(kernel);
    int listed = OpenDescriptors.count();
    for (int i = 0; i < OPENED; i++) {
      sockets[i] = KernelSocket.open(kernel, family, stream);
    }
    assertThat(OpenDescriptors.count(kernel)).isEqualTo(asked + OPENED);
    assertThat(OpenDescriptors.count()).isEqualTo(listed + OPENED);
    for (KernelSocket socket : sockets) {
      socket.close();
    }
    assertThat(OpenDescriptors.count(kernel)).isEqualTo(asked);
    assertThat(OpenDescriptors.count()).isEqualTo(listed);
  }
}
