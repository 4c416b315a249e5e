//===- Declarations.cpp - the names of a file or problem ----------------------===//

#include "semantics/Declarations.h"

#include <fmt/core.h>

namespace gradus::semantics {

Entity *ModuleBuilder::lazily(const syntax::Ident &name, const char *what, Unit &unit,
                              std::function<Value()> resolve) {
  if (!elaborator_.isFree(name, unit.scope))
    return nullptr;
  // What a file imports is as good as declared in it.
  if (unit.kind != Unit::Kind::Problem && unit.scope.parent())
    if (const Entity *imported = unit.scope.parent()->findHere(name.name)) {
      elaborator_.error(Diag::DuplicateName, name.range,
                        fmt::format("'{}' is declared twice", name.name),
                        fmt::format("the first '{}' is the {} at {}", name.name, imported->what,
                                    elaborator_.placeOf(imported->range)));
      return nullptr;
    }
  Entity &entity = unit.scope.declare(name, what);
  entity.state = Entity::State::Waiting;
  entity.resolve = std::move(resolve);
  unit.order.push_back(&entity);
  return &entity;
}

void ModuleBuilder::declare(const std::vector<syntax::ItemPtr> &items, Unit &unit) {
  for (syntax::ItemPtr item : items)
    declareItem(*item, unit);
  bindFreeSizes(items, unit);
}

void ModuleBuilder::declareItem(const syntax::Item &item, Unit &unit) {
  SourceRange range = item.range;
  auto ofProblem = [&](const char *what) {
    if (unit.kind != Unit::Kind::Imported)
      return true;
    elaborator_.error(Diag::ImportedProblem, range,
                      fmt::format("an imported file cannot have {}", what),
                      "move the problem to the file that imports this one");
    return false;
  };
  struct Visitor {
    ModuleBuilder &self;
    const syntax::Item &item;
    Unit &unit;
    SourceRange range;
    decltype(ofProblem) &allowed;
    void operator()(const syntax::FnDecl &d) {
      if (Entity *entity = self.lazily(d.name, "function", unit, {})) {
        entity->state = Entity::State::Ready;
        entity->kind = Entity::Kind::Function;
        entity->fn = &d;
        entity->home = &unit.scope;
      }
    }
    void operator()(const syntax::ParamDecl &d) {
      Entity *entity =
          self.lazily(d.declarator.name, "parameter", unit, [&self = self, &d, this_ = range,
                                                              &unit = unit] {
            return self.parameter(d.declarator, d.integer, d.initial, this_, unit);
          });
      if (entity && !d.integer && d.declarator.axes.empty())
        entity->wholeForm = "param int " + entity->name;
    }
    void operator()(const syntax::DataDecl &d) { self.declareData(d, range, unit); }
    void operator()(const syntax::LetDecl &d) { self.declareLet(d, unit); }
    void operator()(const syntax::VarDecl &d) {
      if (!allowed("unknowns"))
        return;
      DeclaredUnknown &u = unit.unknowns.emplace_back();
      u.decl = &d;
      u.range = range;
      u.entity = self.lazily(d.declarator.name, "unknown", unit,
                             [&self = self, &u, &unit = unit] { return self.unknown(u, unit); });
      if (!u.entity)
        unit.unknowns.pop_back();
    }
    void operator()(const syntax::ObjectiveDecl &d) {
      if (allowed("an objective"))
        self.declareObjective(d, range, unit);
    }
    void operator()(const syntax::SubjectTo &d) {
      if (!allowed("constraints"))
        return;
      if (unit.constraints.empty())
        unit.constraintsRange = range;
      unit.constraints.push_back(&d);
    }
    void operator()(const syntax::SolveDecl &d) {
      if (!allowed("`solve`"))
        return;
      if (unit.solve)
        self.elaborator_.error(Diag::SeveralProblems, range, "there is a second `solve`",
                               "the first is at " + self.elaborator_.placeOf(unit.solveRange));
      unit.solve = &d;
      unit.solveRange = range;
    }
    void operator()(const syntax::ImportDecl &) {
      if (unit.kind == Unit::Kind::Problem)
        self.elaborator_.error(Diag::Misplaced, range, "`import` stands at the top of a file");
    }
    void operator()(const syntax::ProblemDecl &d) { self.declareProblem(d, range, unit); }
    void operator()(const syntax::MethodDecl &d) {
      for (const syntax::MethodDecl *other : self.analysis_.methods)
        if (other->name.name == d.name.name) {
          self.elaborator_.error(Diag::DuplicateName, d.name.range,
                                 fmt::format("the method '{}' is declared twice", d.name.name),
                                 "the first is at " +
                                     self.elaborator_.placeOf(other->name.range));
          return;
        }
      self.analysis_.methods.push_back(&d);
    }
  };
  std::visit(Visitor{*this, item, unit, range, ofProblem}, item.node);
}

void ModuleBuilder::declareLet(const syntax::LetDecl &let, Unit &unit) {
  if (!let.tuple && let.targets.size() == 1) {
    Entity *entity = lazily(let.targets[0].name, "let", unit, [this, &let, &unit] {
      Value v = elaborator_.letValue(let, unit.scope);
      if (v.node.valid())
        module_.lets.push_back({let.targets[0].name.name, v.node});
      return v;
    });
    if (entity)
      entity->hasAxes = !let.targets[0].axes.empty();
    return;
  }
  // The parts share one value, made when the first of them is read.
  auto parts = std::make_shared<std::unique_ptr<Scope>>();
  for (const syntax::Declarator &target : let.targets) {
    if (target.name.name == "_")
      continue;
    lazily(target.name, "let", unit, [this, &let, &unit, parts, name = target.name.name] {
      if (!*parts) {
        Value v = elaborator_.letValue(let, unit.scope);
        *parts = std::make_unique<Scope>();
        elaborator_.bindTargets(let, std::move(v), **parts);
      }
      Entity *entity = (*parts)->findHere(name);
      Value v = entity ? entity->value : Value::error();
      if (v.node.valid())
        module_.lets.push_back({name, v.node});
      return v;
    });
  }
}

void ModuleBuilder::declareObjective(const syntax::ObjectiveDecl &decl, SourceRange range,
                                     Unit &unit) {
  if (unit.objective) {
    elaborator_.error(Diag::SeveralProblems, range, "there is a second objective",
                      fmt::format("the first is at {}; several problems of a file are `problem` "
                                  "blocks",
                                  elaborator_.placeOf(unit.objectiveRange)));
    return;
  }
  unit.objective = &decl;
  unit.objectiveRange = range;
  auto resolve = [this, &decl, &unit] {
    ValueId value = elaborator_.real(*decl.value, unit.scope);
    return value.valid() ? Value::scalar(value) : Value::error();
  };
  if (decl.name)
    unit.objectiveName = lazily(*decl.name, "objective", unit, resolve);
  if (!unit.objectiveName) {
    unit.objectiveEntity.state = Entity::State::Waiting;
    unit.objectiveEntity.resolve = resolve;
    unit.objectiveName = &unit.objectiveEntity;
  }
}

void ModuleBuilder::declareProblem(const syntax::ProblemDecl &decl, SourceRange range,
                                   Unit &unit) {
  if (unit.kind == Unit::Kind::Problem) {
    elaborator_.error(Diag::Misplaced, range, "a problem cannot stand in a problem");
    return;
  }
  // The problems of an imported file are not of this model.
  if (unit.kind == Unit::Kind::Imported)
    return;
  lazily(decl.name, "problem", unit, [this, &decl] {
    return elaborator_.error(Diag::WrongType, decl.name.range,
                             fmt::format("'{}' is a problem and has no value", decl.name.name));
  });
  Unit &inner = problems_.emplace_back(Unit::Kind::Problem, &unit.scope);
  inner.file = unit.file;
  inner.name = decl.name.name;
  inner.range = range;
  for (const syntax::Parameter &p : decl.parameters)
    declareProblemParameter(p, inner);
  declare(decl.items, inner);
}

//--- free sizes -----------------------------------------------------------------------

void ModuleBuilder::bindFreeSizes(const std::vector<syntax::ItemPtr> &items, Unit &unit) {
  for (syntax::ItemPtr item : items) {
    if (auto *param = std::get_if<syntax::ParamDecl>(&item->node))
      bindFreeSizes(param->declarator, unit);
    if (auto *data = std::get_if<syntax::DataDecl>(&item->node))
      for (const syntax::Declarator &declarator : data->declarators)
        bindFreeSizes(declarator, unit);
  }
}

/// `data y[n]` declares n, unless it is there.
void ModuleBuilder::bindFreeSizes(const syntax::Declarator &declarator, Unit &unit) {
  for (const syntax::AxisDecl &axis : declarator.axes) {
    auto *name = std::get_if<syntax::Name>(&axis.upper->node);
    if (!name || unit.scope.find(name->name))
      continue;
    lazily({name->name, axis.upper->range}, "size", unit, [this, name, &axis, &unit] {
      graph_.setRange(axis.upper->range);
      // A size is the number of elements; n in 0..n is one less.
      ValueId lo = axis.lower
                       ? elaborator_.integer(*axis.lower, unit.scope, "the end of a range")
                       : graph_.integer(1);
      if (!lo.valid())
        return Value::error();
      ValueId size = graph_.input({name->name, {ir::Kind::Int, 0}, ir::InputRole::Size,
                                   axis.upper->range});
      return Value::scalar(graph_.sub(graph_.add(size, lo), graph_.integer(1)));
    });
  }
}

//--- all of a unit -----------------------------------------------------------------------

void ModuleBuilder::resolveAll(Unit &unit) {
  // By index: resolving may declare more.
  for (size_t k = 0; k < unit.order.size(); ++k) {
    Entity &entity = *unit.order[k];
    bool used = entity.used;
    switch (entity.kind) {
    case Entity::Kind::Function:
      makeFunction(entity, unit.kind != Unit::Kind::Problem);
      break;
    case Entity::Kind::Value:
      // Being there is no mistake of a problem; only using it as a value is. The
      // objective comes last: chains of `let` are shorter from their beginning.
      if (entity.what != "problem" && &entity != unit.objectiveName)
        elaborator_.read(entity, entity.range);
      break;
    case Entity::Kind::Table:
      entity.rows();
      break;
    case Entity::Kind::Special:
      break;
    }
    entity.used = used;
  }
}

void ModuleBuilder::warnUnused(const Unit &unit) {
  bool library = unit.kind != Unit::Kind::Problem && !unit.objective && problems_.empty();
  if (library)
    return;
  for (const Entity *entity : unit.order)
    if (!entity->used && !entity->name.starts_with('_') &&
        (entity->what == "let" || entity->what == "parameter" || entity->what == "data"))
      elaborator_.warn(Diag::UnusedName, entity->range,
                       fmt::format("'{}' is never used", entity->name));
}

} // namespace gradus::semantics
