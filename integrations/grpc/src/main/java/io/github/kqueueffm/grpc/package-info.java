/**
 * gRPC-Java on the kqueue transport, without a change of the program. gRPC finds the providers of
 * this package and takes them for {@code Grpc.newServerBuilderForPort}, {@code
 * Grpc.newChannelBuilder} and the other factories that leave the transport to gRPC.
 */
@NullMarked
package io.github.kqueueffm.grpc;

import org.jspecify.annotations.NullMarked;
