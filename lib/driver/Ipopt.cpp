//===- Ipopt.cpp - the outside solver IPOPT, where it is installed --------------===//

#include "driver/Ipopt.h"

#include "support/Process.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace gradus::driver {

namespace {

constexpr int theirChannel = 3;
constexpr double beyond = 2e19; ///< from 1e19 on a bound is none

enum Request : int32_t { Value = 1, Gradient, Constraints, Jacobian, Hessian, Step, End, BadOption };

struct Ending {
  int status;
  OutsideEnd end;
  const char *says;
};
constexpr Ending endings[] = {
    {0, OutsideEnd::Solved, "solved"},
    {1, OutsideEnd::Acceptable, "solved to an acceptable level"},
    {2, OutsideEnd::Infeasible, "a point of least violation"},
    {3, OutsideEnd::Stuck, "the steps have become too small"},
    {4, OutsideEnd::Diverging, "the iterates diverge"},
    {5, OutsideEnd::Stopped, "stopped"},
    {6, OutsideEnd::Solved, "a point that meets the constraints"},
    {-1, OutsideEnd::Steps, "the steps are used up"},
    {-2, OutsideEnd::Stuck, "feasibility could not be restored"},
    {-3, OutsideEnd::Stuck, "no step could be computed"},
    {-4, OutsideEnd::Time, "the time is used up"},
    {-10, OutsideEnd::Stuck, "more equations than unknowns"},
    {-13, OutsideEnd::NotFinite, "a value that is not finite"},
};

/// Beside this command, or in PATH.
std::string helper() {
  constexpr const char *name = "gradus-ipopt";
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error && std::filesystem::exists(self.parent_path() / name, error))
    return (self.parent_path() / name).string();
  return findProgram(name);
}

bool finite(const std::vector<double> &v) {
  return std::all_of(v.begin(), v.end(), [](double e) { return std::isfinite(e); });
}

} // namespace

struct Ipopt::Connection {
  int channel = -1;
  pid_t process = -1;

  bool open() {
    const std::string program = helper();
    int ends[2];
    if (program.empty() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      return false;
    channel = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // What IPOPT prints is not for our output. Where the descriptor is theirs already,
    // this takes away that it is closed.
    posix_spawn_file_actions_adddup2(&actions, ends[1], theirChannel);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    char *arguments[] = {const_cast<char *>(program.c_str()), nullptr};
    const int failed = posix_spawn(&process, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed != 0)
      process = -1;
    int32_t there = 0;
    return failed == 0 && in(&there, sizeof there) && there != 0;
  }
  ~Connection() {
    if (channel >= 0)
      ::close(channel);
    if (process > 0)
      waitpid(process, nullptr, 0);
  }

  bool out(const void *data, size_t size) {
    for (const char *at = static_cast<const char *>(data); size != 0;) {
      const ssize_t done = send(channel, at, size, MSG_NOSIGNAL);
      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0)
        return false;
      at += done;
      size -= static_cast<size_t>(done);
    }
    return true;
  }
  bool in(void *data, size_t size) {
    for (char *at = static_cast<char *>(data); size != 0;) {
      const ssize_t done = recv(channel, at, size, 0);
      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0)
        return false;
      at += done;
      size -= static_cast<size_t>(done);
    }
    return true;
  }
  template <typename T> bool out(const std::vector<T> &v) { return out(v.data(), sizeof(T) * v.size()); }
  template <typename T> bool in(std::vector<T> &v) { return in(v.data(), sizeof(T) * v.size()); }
  bool answer(bool ok, const std::vector<double> &values) {
    const int32_t truth = ok && finite(values) ? 1 : 0;
    return out(&truth, sizeof truth) && out(values);
  }
};

Ipopt::Ipopt() : connection_(std::make_unique<Connection>()) {}
Ipopt::~Ipopt() = default;

std::unique_ptr<Ipopt> Ipopt::load() {
  std::unique_ptr<Ipopt> ipopt(new Ipopt);
  if (!ipopt->connection_->open())
    return nullptr;
  return ipopt;
}

bool Ipopt::solve(const OutsideProblem &p,
                  const std::vector<std::pair<std::string, double>> &options, std::vector<double> &x,
                  std::vector<double> &y, std::vector<double> &z, OutsideEnd &end,
                  std::string &says) {
  Connection &c = *connection_;
  const size_t n = p.lower.size(), m = p.clower.size();
  auto within = [](std::vector<double> sides) {
    for (double &side : sides)
      side = std::clamp(side, -beyond, beyond);
    return sides;
  };
  const int32_t head[5] = {static_cast<int32_t>(n), static_cast<int32_t>(m),
                           static_cast<int32_t>(p.jrow.size()), static_cast<int32_t>(p.hrow.size()),
                           static_cast<int32_t>(options.size())};
  bool sound = c.out(head, sizeof head) && c.out(within(p.lower)) && c.out(within(p.upper)) &&
               c.out(within(p.clower)) && c.out(within(p.cupper)) && c.out(p.jrow) &&
               c.out(p.jcolumn) && c.out(p.hrow) && c.out(p.hcolumn);
  x.resize(n);
  y.resize(m);
  z.resize(n);
  sound = sound && c.out(x);
  for (const auto &[name, value] : options) {
    const auto length = static_cast<int32_t>(name.size());
    sound = sound && c.out(&length, sizeof length) && c.out(name.data(), name.size()) &&
            c.out(&value, sizeof value);
  }
  std::vector<double> point(n), duals(m), one(1), ofX(n), ofC(m), ofJ(p.jrow.size()),
      ofH(p.hrow.size()), row(7);
  end = OutsideEnd::Stuck;
  says = "its process has ended";
  while (sound) {
    int32_t kind = 0, status = 0;
    double sigma = 0;
    if (!c.in(&kind, sizeof kind))
      break;
    if (kind == BadOption) {
      const bool told = c.in(&status, sizeof status);
      says = told ? options[static_cast<size_t>(status)].first : "";
      return false;
    }
    if (kind == End) {
      if (!c.in(&status, sizeof status) || !c.in(x) || !c.in(y) || !c.in(z))
        break;
      says = "an error, number " + std::to_string(status);
      for (const Ending &e : endings)
        if (e.status == status) {
          end = e.end;
          says = e.says;
        }
      break;
    }
    if (kind == Step) {
      sound = c.in(row) && c.answer(p.step(row.data()), {});
      continue;
    }
    sound = c.in(point);
    if (kind == Hessian)
      sound = sound && c.in(&sigma, sizeof sigma) && c.in(duals);
    if (!sound)
      break;
    if (kind == Value)
      sound = c.answer(p.value(point.data(), one[0]), one);
    else if (kind == Gradient)
      sound = c.answer(p.gradient(point.data(), ofX.data()), ofX);
    else if (kind == Constraints)
      sound = c.answer(p.constraints(point.data(), ofC.data()), ofC);
    else if (kind == Jacobian)
      sound = c.answer(p.jacobian(point.data(), ofJ.data()), ofJ);
    else
      sound = c.answer(p.hessian(point.data(), sigma, duals.data(), ofH.data()), ofH);
  }
  return true;
}

} // namespace gradus::driver
