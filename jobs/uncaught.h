// The end of a worker by an exception that nothing catches, of which lack of
// memory is the likeliest: a message instead of SIGABRT.
#ifndef SN37_JOBS_UNCAUGHT_H_
#define SN37_JOBS_UNCAUGHT_H_

namespace sn37::jobs {

// From now on such an exception, in whichever thread, ends this process with
// status 1 and a line on standard output that says why.
void TellUncaughtExceptions();

}  // namespace sn37::jobs

#endif  // SN37_JOBS_UNCAUGHT_H_
