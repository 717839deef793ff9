/**
 * The demo: one pipeline, served first by Netty's NIO transport and then by this one. {@link
 * io.github.kqueueffm.demo.DemoInitializer} is the pipeline, {@link
 * io.github.kqueueffm.demo.Transport} all that changes between the two.
 */
package io.github.kqueueffm.demo;
