/** Tests of the simulated systems, and of the transport on them. */
package io.github.kqueueffm.simulation;
