/** gRPC-Java on the kqueue transport. */
module io.github.kqueueffm.grpc {
  requires transitive io.github.kqueueffm.transport;
  requires transitive io.grpc;
  requires static io.grpc.netty;
  // Annotations of what may be null. Nothing reads them at run time, and users need not have them.
  requires static org.jspecify;

  exports io.github.kqueueffm.grpc;

  provides io.grpc.ManagedChannelProvider with
      io.github.kqueueffm.grpc.KQueueFfmChannelProvider,
      io.github.kqueueffm.grpc.KQueueFfmDomainChannelProvider;
  provides io.grpc.ServerProvider with
      io.github.kqueueffm.grpc.KQueueFfmServerProvider;
}
