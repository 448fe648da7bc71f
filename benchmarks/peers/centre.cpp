// Support centre as a discrete-event simulation: what a competent C++ programmer writes by hand for W1, W2 and W3.
//
//     centre NUMBERS RUNS SEED              draws RUNS independent runs and plays them
//     centre --tape NUMBERS TAPE REPEATS    plays what another program drew, REPEATS times, and writes TAPE.out
//
// Everything is drawn first and played then, and both are timed apart. The clock counts milliseconds. What is known
// beforehand (first arrivals, staff) is one sorted list; what follows from it (ends, returns, patience) is one binary heap
// of (time, kind, id). An end or a patience that has been overtaken stays in the heap and is ignored.
// Rules: benchmarks/peers/w3_numbers.py. Prints one line of JSON.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

using Int = std::int64_t;

constexpr Int kFullSpeed = 1'000'000;  // speeds are millionths
constexpr Int kKind = Int{1} << 48;
constexpr Int kEnds = 0, kStaff = kKind, kArrives = 2 * kKind, kPatience = 3 * kKind;  // their order at one moment
constexpr Int kForEver = Int{1} << 62;
constexpr int kMostParallel = 4;

struct Event {
  Int when, order;  // order: kind + id
  bool operator<(const Event& other) const { return when != other.when ? when < other.when : order < other.order; }
};

struct Later {
  bool operator()(const Event& a, const Event& b) const { return b < a; }
};

struct Row {  // what the customer of one contact would do
  Int work, patience, back;  // -1: waits for ever, does not come back
  std::int32_t channel, next;  // the row of the contact after it
};

struct Staff {
  Int when, team, agents;
};

struct Run {  // what is drawn of one run
  std::vector<Event> known;
  std::vector<Row> rows;
  std::vector<Staff> staff;
};

struct Numbers {
  struct Channel {
    std::vector<Int> speeds;  // by number in hand, from one
    std::vector<int> teams;
    std::vector<double> arrivals;  // expected, by interval
    double handle_ms, sigma, patience_ms;  // sigma below 0: exponential; patience below 0: waits for ever
  };
  struct Team {
    std::vector<int> serves;
    std::vector<Int> agents;  // by interval
  };
  Int interval_ms, until_ms;  // nothing happens at `until_ms` or later; kForEver: until the last is served
  double back_share, back_ms;
  std::vector<Channel> channels;
  std::vector<Team> teams;
};

// Draws

class Random {  // xoshiro256++ by Blackman and Vigna, seeded by splitmix64
 public:
  Random(std::uint64_t seed, std::uint64_t run) {
    std::uint64_t x = seed * 0x9E3779B97F4A7C15u + run;
    for (auto& s : state_) {
      std::uint64_t z = (x += 0x9E3779B97F4A7C15u);
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
      s = z ^ (z >> 31);
    }
  }
  double uniform() {  // (0, 1)
    const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0], t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return (static_cast<double>(result >> 11) + 0.5) * 0x1p-53;
  }
  double exponential(double mean) { return -mean * std::log(uniform()); }
  double lognormal(double mean, double sigma) {  // by Box and Muller, one of the pair kept
    if (kept_) {
      kept_ = false;
    } else {
      const double r = std::sqrt(-2 * std::log(uniform())), angle = 2 * M_PI * uniform();
      normal_ = r * std::cos(angle);
      other_ = r * std::sin(angle);
      kept_ = true;
      return mean * std::exp(sigma * normal_ - sigma * sigma / 2);
    }
    return mean * std::exp(sigma * other_ - sigma * sigma / 2);
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::array<std::uint64_t, 4> state_;
  double normal_ = 0, other_ = 0;
  bool kept_ = false;
};

Int at_least_1_ms(double ms) { return std::max<Int>(1, std::llround(ms)); }

Row draw_row(const Numbers& numbers, int channel, Random& random) {
  const auto& c = numbers.channels[channel];
  Row row{};
  row.work = at_least_1_ms(c.sigma < 0 ? random.exponential(c.handle_ms) : random.lognormal(c.handle_ms, c.sigma));
  row.patience = c.patience_ms < 0 ? -1 : at_least_1_ms(random.exponential(c.patience_ms));
  row.back = random.uniform() < numbers.back_share ? at_least_1_ms(random.exponential(numbers.back_ms)) : -1;
  row.channel = channel;
  row.next = -1;
  return row;
}

void draw(const Numbers& numbers, Random& random, Run& run) {
  run.known.clear();
  run.rows.clear();
  run.staff.clear();
  for (int channel = 0; channel < static_cast<int>(numbers.channels.size()); ++channel) {
    const auto& per_interval = numbers.channels[channel].arrivals;
    for (std::size_t i = 0; i < per_interval.size(); ++i) {
      if (per_interval[i] <= 0) continue;
      const double gap = numbers.interval_ms / per_interval[i], end = numbers.interval_ms;
      for (double t = random.exponential(gap); t < end; t += random.exponential(gap)) {
        run.known.push_back({static_cast<Int>(i) * numbers.interval_ms + static_cast<Int>(t),
                             kArrives + static_cast<Int>(run.rows.size())});
        run.rows.push_back(draw_row(numbers, channel, random));
        while (run.rows.back().back >= 0) {  // the contacts in which the same customer comes back
          run.rows.back().next = static_cast<std::int32_t>(run.rows.size());
          run.rows.push_back(draw_row(numbers, channel, random));
        }
      }
    }
  }
  for (std::size_t team = 0; team < numbers.teams.size(); ++team) {
    const auto& agents = numbers.teams[team].agents;
    for (std::size_t i = 0; i < agents.size(); ++i) {
      run.staff.push_back({static_cast<Int>(i) * numbers.interval_ms, static_cast<Int>(team), agents[i]});
    }
  }
  for (std::size_t i = 0; i < run.staff.size(); ++i) {
    run.known.push_back({run.staff[i].when, kStaff + static_cast<Int>(i)});
  }
  std::sort(run.known.begin(), run.known.end());
}

// What happens

enum Phase : std::int32_t { kPending, kWaits, kServed, kDone, kAbandoned };

struct Contact {
  Int queued = -1, started = -1, done = -1, ends_at = -1, left = 0;  // left: of parallel work, in millionths of ms
  std::int32_t agent = -1, before = -1, behind = -1;
  Phase phase = kPending;
};

struct Agent {
  Int busy_since = 0, came = 0, settled = 0;
  std::int32_t team = 0, in_hand = 0, ending = -1, pool = -1, before = -1, behind = -1;
  bool on = false;
  std::array<std::int32_t, kMostParallel> hand{};
};

struct List {  // ends of a doubly linked list through contacts or agents
  std::int32_t first = -1, last = -1;
};

struct Team {
  std::int32_t present = 0, wanted = 0;
  List idle;
  std::vector<std::int32_t> absent;
};

struct Tally {
  Int contacts = 0, answered = 0, served = 0, abandoned = 0, waited_ms = 0;
};

template <class T>
void append(List& list, std::vector<T>& all, std::int32_t i) {
  all[i].before = list.last;
  all[i].behind = -1;
  (list.last < 0 ? list.first : all[list.last].behind) = i;
  list.last = i;
}

template <class T>
void remove(List& list, std::vector<T>& all, std::int32_t i) {
  const auto before = all[i].before, behind = all[i].behind;
  (before < 0 ? list.first : all[before].behind) = behind;
  (behind < 0 ? list.last : all[behind].before) = before;
}

class Centre {
 public:
  Centre(const Numbers& numbers, const Run& run) : numbers_(numbers), run_(run), rows_(run.rows.data()) {
    contacts.resize(run.rows.size());
    tallies.resize(numbers.channels.size());
    lines_.resize(numbers.channels.size());
    teams_.resize(numbers.teams.size());
    pools_.resize(numbers.teams.size() * numbers.channels.size() * kMostParallel);
    std::vector<Int> most(teams_.size());
    for (const auto& s : run.staff) most[s.team] = std::max(most[s.team], s.agents);
    for (std::size_t t = 0; t < teams_.size(); ++t) {
      for (Int i = 0; i < most[t]; ++i) {
        agents_.emplace_back();
        agents_.back().team = static_cast<std::int32_t>(t);
        teams_[t].absent.push_back(static_cast<std::int32_t>(agents_.size()) - 1);
      }
      std::reverse(teams_[t].absent.begin(), teams_[t].absent.end());
    }
    heap_.reserve(4096);
  }

  void play() {
    const Event* known = run_.known.data();
    const Event* const last = known + run_.known.size();
    Event event;
    while (true) {
      if (known != last && (heap_.empty() || *known < heap_.front())) {
        event = *known++;
      } else if (!heap_.empty()) {
        event = heap_.front();
        std::pop_heap(heap_.begin(), heap_.end(), Later{});
        heap_.pop_back();
      } else {
        break;
      }
      if (event.when >= numbers_.until_ms) break;
      now_ = event.when;
      const Int kind = event.order & ~(kKind - 1);
      const auto id = static_cast<std::int32_t>(event.order & (kKind - 1));
      if (kind == kEnds) {
        on_end(id);
      } else if (kind == kStaff) {
        on_staff(run_.staff[id]);
      } else if (kind == kArrives) {
        on_arrival(id);
      } else if (contacts[id].phase == kWaits) {
        on_patience(id);
      }
    }
    if (numbers_.until_ms < kForEver) now_ = numbers_.until_ms;
    for (const auto& agent : agents_) {
      if (agent.in_hand > 0) busy_ms += now_ - agent.busy_since;
      if (agent.on) agent_ms += now_ - agent.came;
    }
  }

  std::vector<Contact> contacts;
  std::vector<Tally> tallies;
  Int busy_ms = 0, agent_ms = 0;

 private:
  void schedule(Int when, Int order) {
    heap_.push_back({when, order});
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }

  std::int32_t slots(int channel) const { return static_cast<std::int32_t>(numbers_.channels[channel].speeds.size()); }

  List& pool(std::int32_t team, int channel, int in_hand) {
    return pools_[(team * numbers_.channels.size() + channel) * kMostParallel + in_hand];
  }

  void on_arrival(std::int32_t id) {
    auto& contact = contacts[id];
    const Row& row = rows_[id];
    contact.queued = now_;
    ++tallies[row.channel].contacts;
    const auto agent = find_agent(row.channel);
    if (agent >= 0) {
      start(agent, id);
      return;
    }
    contact.phase = kWaits;
    append(lines_[row.channel], contacts, id);
    if (row.patience >= 0) schedule(now_ + row.patience, kPatience + id);
  }

  void on_patience(std::int32_t id) {
    auto& contact = contacts[id];
    auto& tally = tallies[rows_[id].channel];
    remove(lines_[rows_[id].channel], contacts, id);
    contact.phase = kAbandoned;
    contact.done = now_;
    ++tally.abandoned;
    tally.waited_ms += now_ - contact.queued;
  }

  // The first team with room; in it the agent with the fewest in hand, then the longest so.
  std::int32_t find_agent(int channel) {
    for (const int team : numbers_.channels[channel].teams) {
      if (teams_[team].present > teams_[team].wanted) continue;
      if (teams_[team].idle.first >= 0) return teams_[team].idle.first;
      for (int in_hand = 1; in_hand < slots(channel); ++in_hand) {
        const auto first = pool(team, channel, in_hand).first;
        if (first >= 0) return first;
      }
    }
    return -1;
  }

  void start(std::int32_t a, std::int32_t id) {
    auto& contact = contacts[id];
    auto& agent = agents_[a];
    const Row& row = rows_[id];
    auto& tally = tallies[row.channel];
    ++tally.answered;
    tally.waited_ms += now_ - contact.queued;
    contact.phase = kServed;
    contact.started = now_;
    contact.agent = a;
    if (agent.in_hand == 0) agent.busy_since = now_;
    if (slots(row.channel) == 1) {
      agent.hand[agent.in_hand++] = id;
      contact.ends_at = now_ + row.work;
      schedule(contact.ends_at, kEnds + id);
    } else {
      settle(agent, row.channel);
      contact.left = row.work * kFullSpeed;
      agent.hand[agent.in_hand++] = id;
      schedule_next(agent, row.channel);
    }
    place(a, row.channel);
  }

  // Works off what is in hand in parallel, at the speed for their number.
  void settle(Agent& agent, int channel) {
    if (agent.in_hand > 0) {
      const Int worked = (now_ - agent.settled) * numbers_.channels[channel].speeds[agent.in_hand - 1];
      for (int i = 0; i < agent.in_hand; ++i) contacts[agent.hand[i]].left -= worked;
    }
    agent.settled = now_;
  }

  // Of several in hand the one with the least left ends next, at the speed for their number.
  void schedule_next(Agent& agent, int channel) {
    if (agent.ending >= 0) contacts[agent.ending].ends_at = -1;
    agent.ending = -1;
    if (agent.in_hand == 0) return;
    auto first = agent.hand[0];
    for (int i = 1; i < agent.in_hand; ++i) {
      const auto id = agent.hand[i];
      const Int left = contacts[id].left, least = contacts[first].left;
      if (left < least || (left == least && id < first)) first = id;
    }
    const Int speed = numbers_.channels[channel].speeds[agent.in_hand - 1];
    agent.ending = first;
    contacts[first].ends_at = now_ + std::max<Int>(0, (contacts[first].left + speed - 1) / speed);
    schedule(contacts[first].ends_at, kEnds + first);
  }

  void on_end(std::int32_t id) {
    auto& contact = contacts[id];
    if (contact.ends_at != now_) return;  // put off
    const Row& row = rows_[id];
    auto& agent = agents_[contact.agent];
    contact.ends_at = -1;
    contact.phase = kDone;
    contact.done = now_;
    ++tallies[row.channel].served;
    if (row.next >= 0) schedule(now_ + row.back, kArrives + row.next);
    if (slots(row.channel) == 1) {
      agent.in_hand = 0;
    } else {
      settle(agent, row.channel);
      const auto end = agent.hand.begin() + agent.in_hand;
      std::copy(std::find(agent.hand.begin(), end, id) + 1, end, std::find(agent.hand.begin(), end, id));
      --agent.in_hand;
      schedule_next(agent, row.channel);
    }
    if (agent.in_hand == 0) busy_ms += now_ - agent.busy_since;
    release(contact.agent, row.channel);
  }

  void release(std::int32_t a, int channel) {
    auto& team = teams_[agents_[a].team];
    if (team.present <= team.wanted) {
      fill(a);
    } else if (agents_[a].in_hand > 0) {
      place(a, channel);
    } else {
      go_off(a);
      if (team.present == team.wanted) refill(agents_[a].team);
    }
  }

  // Takes contacts from the lines as long as the agent has room and somebody waits.
  void fill(std::int32_t a) {
    auto& agent = agents_[a];
    auto channel = agent.in_hand > 0 ? rows_[agent.hand[0]].channel : -1;
    while (channel < 0 || agent.in_hand < slots(channel)) {
      const auto id = next_in_line(agent.team, channel);
      if (id < 0) break;
      channel = rows_[id].channel;
      remove(lines_[channel], contacts, id);
      start(a, id);
      if (agent.in_hand >= slots(channel)) return;
    }
    place(a, channel);
  }

  std::int32_t next_in_line(std::int32_t team, int channel) const {
    if (channel >= 0) return lines_[channel].first;
    for (const int c : numbers_.teams[team].serves) {
      if (lines_[c].first >= 0) return lines_[c].first;
    }
    return -1;
  }

  // Puts an agent at the end of those with as much room.
  void place(std::int32_t a, int channel) {
    auto& agent = agents_[a];
    if (agent.pool >= 0) remove(pools_[agent.pool], agents_, a);
    if (agent.pool == kIdle) remove(teams_[agent.team].idle, agents_, a);
    agent.pool = kNone;
    if (!agent.on) return;
    if (agent.in_hand == 0) {
      agent.pool = kIdle;
      append(teams_[agent.team].idle, agents_, a);
    } else if (agent.in_hand < slots(channel)) {
      List& there = pool(agent.team, channel, agent.in_hand);
      agent.pool = static_cast<std::int32_t>(&there - pools_.data());
      append(there, agents_, a);
    }
  }

  void on_staff(const Staff& staff) {
    const auto t = static_cast<std::int32_t>(staff.team);
    auto& team = teams_[t];
    team.wanted = static_cast<std::int32_t>(staff.agents);
    while (team.present > team.wanted && team.idle.first >= 0) go_off(team.idle.first);
    while (team.present < team.wanted) {
      const auto a = team.absent.back();
      team.absent.pop_back();
      agents_[a].on = true;
      agents_[a].came = now_;
      ++team.present;
      fill(a);
    }
    if (team.present <= team.wanted) refill(t);
  }

  void go_off(std::int32_t a) {
    auto& agent = agents_[a];
    agent.on = false;
    --teams_[agent.team].present;
    place(a, -1);
    teams_[agent.team].absent.push_back(a);
    agent_ms += now_ - agent.came;
  }

  // A team that is no longer in excess: those with a slot free take from the line again.
  void refill(std::int32_t team) {
    for (int channel = 0; channel < static_cast<int>(lines_.size()); ++channel) {
      for (int in_hand = 1; in_hand < slots(channel); ++in_hand) {
        while (pool(team, channel, in_hand).first >= 0 && lines_[channel].first >= 0) {
          const auto id = lines_[channel].first;
          remove(lines_[channel], contacts, id);
          start(pool(team, channel, in_hand).first, id);
        }
      }
    }
  }

  static constexpr std::int32_t kNone = -1, kIdle = -2;

  const Numbers& numbers_;
  const Run& run_;
  const Row* rows_;
  Int now_ = 0;
  std::vector<Event> heap_;
  std::vector<List> lines_, pools_;
  std::vector<Team> teams_;
  std::vector<Agent> agents_;
};

// Input and output

template <class T>
std::vector<T> read_list(std::istream& in) {
  std::size_t n;
  in >> n;
  std::vector<T> values(n);
  for (auto& value : values) in >> value;
  return values;
}

Numbers read_numbers(const std::string& path) {
  std::ifstream in(path);
  Numbers numbers;
  std::size_t channels, teams;
  in >> numbers.interval_ms >> numbers.until_ms >> numbers.back_share >> numbers.back_ms >> channels >> teams;
  numbers.channels.resize(channels);
  for (auto& channel : numbers.channels) {
    in >> channel.handle_ms >> channel.sigma >> channel.patience_ms;
    channel.speeds = read_list<Int>(in);
    channel.teams = read_list<int>(in);
    channel.arrivals = read_list<double>(in);
  }
  numbers.teams.resize(teams);
  for (auto& team : numbers.teams) {
    team.serves = read_list<int>(in);
    team.agents = read_list<Int>(in);
  }
  if (!in) {
    std::fprintf(stderr, "cannot read the numbers in %s\n", path.c_str());
    std::exit(2);
  }
  return numbers;
}

template <class T>
std::vector<T> read_binary(std::istream& in) {
  Int n = 0;
  in.read(reinterpret_cast<char*>(&n), sizeof n);
  std::vector<T> values(n);
  in.read(reinterpret_cast<char*>(values.data()), n * static_cast<Int>(sizeof(T)));
  return values;
}

double cpu_s() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Report {
  double draw_s = 0, events_s = 0;
  Int busy_ms = 0, agent_ms = 0;
  std::vector<Tally> tallies;

  void add(const Centre& centre) {
    tallies.resize(centre.tallies.size());
    busy_ms += centre.busy_ms;
    agent_ms += centre.agent_ms;
    for (std::size_t c = 0; c < tallies.size(); ++c) {
      tallies[c].contacts += centre.tallies[c].contacts;
      tallies[c].answered += centre.tallies[c].answered;
      tallies[c].served += centre.tallies[c].served;
      tallies[c].abandoned += centre.tallies[c].abandoned;
      tallies[c].waited_ms += centre.tallies[c].waited_ms;
    }
  }
  void print() const {
    std::printf("{\"draw_s\": %.9f, \"events_s\": %.9f, \"busy_ms\": %lld, \"agent_ms\": %lld, \"channels\": [", draw_s,
                events_s, static_cast<long long>(busy_ms), static_cast<long long>(agent_ms));
    for (std::size_t c = 0; c < tallies.size(); ++c) {
      std::printf("%s[%lld, %lld, %lld, %lld, %lld]", c ? ", " : "", static_cast<long long>(tallies[c].contacts),
                  static_cast<long long>(tallies[c].answered), static_cast<long long>(tallies[c].served),
                  static_cast<long long>(tallies[c].abandoned), static_cast<long long>(tallies[c].waited_ms));
    }
    std::printf("]}\n");
  }
};

void play_drawn(const Numbers& numbers, int runs, std::uint64_t seed) {
  Report report;
  Run run;
  for (int i = 0; i < runs; ++i) {
    const double began = cpu_s();
    Random random(seed, static_cast<std::uint64_t>(i));
    draw(numbers, random, run);
    const double drawn = cpu_s();
    Centre centre(numbers, run);
    centre.play();
    report.events_s += cpu_s() - drawn;
    report.draw_s += drawn - began;
    report.add(centre);
  }
  report.print();
}

void play_tape(const Numbers& numbers, const std::string& path, int repeats) {
  std::ifstream in(path, std::ios::binary);
  Run run;
  run.known = read_binary<Event>(in);
  run.rows = read_binary<Row>(in);
  run.staff = read_binary<Staff>(in);
  if (!in) {
    std::fprintf(stderr, "cannot read the tape in %s\n", path.c_str());
    std::exit(2);
  }
  Report report;
  for (int i = 0; i < repeats; ++i) {
    const double began = cpu_s();
    Centre centre(numbers, run);
    centre.play();
    report.events_s += cpu_s() - began;
    report.add(centre);
    if (i > 0) continue;
    std::ofstream out(path + ".out", std::ios::binary);
    for (const auto& contact : centre.contacts) {
      const Int columns[] = {contact.queued, contact.started, contact.done, contact.agent, contact.phase};
      out.write(reinterpret_cast<const char*>(columns), sizeof columns);
    }
  }
  report.print();
}

int main(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], "--tape") == 0) {
    play_tape(read_numbers(argv[2]), argv[3], std::atoi(argv[4]));
  } else if (argc == 4) {
    play_drawn(read_numbers(argv[1]), std::atoi(argv[2]), std::strtoull(argv[3], nullptr, 10));
  } else {
    std::fprintf(stderr, "centre NUMBERS RUNS SEED | centre --tape NUMBERS TAPE REPEATS\n");
    return 2;
  }
}
